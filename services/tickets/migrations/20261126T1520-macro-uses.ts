import { Migration } from '@mikro-orm/migrations';
import { rowSecurity } from '@deskgraph/common/database/database';

/** On what kinds of tickets macros were used in the last 30 days. */
export class MacroUses extends Migration {
  override up(): void {
    this.addSql(`
      create table macro_use (
        workspace_id uuid not null, macro_id uuid not null references macro on delete cascade, at timestamptz(3) not null, traits text[] not null
      );
      create index macro_use_at on macro_use (workspace_id, at);
      create index macro_use_macro on macro_use (macro_id);
      ${rowSecurity('macro_use')}
    `);
  }
}
