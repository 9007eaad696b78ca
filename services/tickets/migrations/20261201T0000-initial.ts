import { Migration } from '@mikro-orm/migrations';
import { configurationTables } from './initial/configuration.ts';
import { eventLogTables } from './initial/events.ts';
import { queryFunctions } from './initial/functions.ts';
import { liveTables } from './initial/live.ts';
import { messageTables } from './initial/message.ts';
import { operationTables } from './initial/operation.ts';
import { peopleTables } from './initial/people.ts';
import { staffTables } from './initial/staff.ts';
import { ticketTables } from './initial/ticket.ts';

/** The schema of the tickets service, grouped by noun in `initial/`. */
export class Initial extends Migration {
  override up(): void {
    for (const statements of [
      staffTables,
      peopleTables,
      configurationTables,
      ticketTables,
      messageTables,
      operationTables,
      liveTables,
      eventLogTables,
      queryFunctions,
    ])
      this.addSql(statements);
  }
}
