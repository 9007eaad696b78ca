import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { rows } from '@deskgraph/common/database/query';
import { Field, ObjectType } from 'type-graphql';
import { eventsOfTicketsSql, ticketEventFromRow } from '../../history/event/event-log.ts';
import { TicketEvent } from '../../history/event/event.ts';
import { graphFieldName } from '../../history/event/visibility.ts';
import { ticketById } from '../../model/lookup/queries.ts';
import type { Operation } from '../../model/operation/operation.ts';
import { Ticket } from '../../model/ticket/ticket.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'A later change that prevents a part of an operation from being undone.',
})
export class OperationConflict {
  @Field(() => Ticket, { description: 'The ticket that was changed.' }) ticket!: Ticket;
  @Field(() => String, {
    description:
      'The name of the changed field in the graph; `field:` and the key for a custom field.',
  })
  field!: string;
  @Field(() => TicketEvent, { description: 'The event of the later change.' }) event!: TicketEvent;
}

/** The stored conflicts of an operation on tickets and fields that the caller can see. */
export async function conflictsOfOperation(
  ctx: Context,
  { conflicts }: Operation,
): Promise<OperationConflict[]> {
  const loaded = await Promise.all(
    conflicts.map(async ({ ticketId, field, version }) => ({
      ticket: await ticketById(ctx, ticketId),
      field: await graphFieldName(ctx, field),
      event: await ctx.load.byKey<TicketEvent | null>(
        'ticket events by version',
        `${ticketId} ${version}`,
        (keys) => eventsByVersion(ctx, keys),
        null,
      ),
    })),
  );
  return loaded.filter(
    (conflict): conflict is OperationConflict =>
      conflict.ticket !== null && conflict.field !== null && conflict.event !== null,
  );
}

/** Events by keys of the form `<ticket id> <version>`. */
async function eventsByVersion(ctx: Context, keys: string[]): Promise<Map<string, TicketEvent>> {
  const pairs = keys.map((key) => key.split(' ') as [id: string, version: string]);
  const ticketIds = pairs.map(([id]) => id);
  const versions = pairs.map(([, version]) => Number(version));
  const found = await rows(
    ctx,
    sql<object>`
      select e.* from unnest(${ticketIds}::text[], ${versions}::integer[]) as wanted(id, version)
      join ${eventsOfTicketsSql(ctx.workspace, ticketIds)}
        on e.subject = wanted.id and e.version = wanted.version`,
  );
  return new Map(
    found
      .map(ticketEventFromRow)
      .map((event) => [`${event.domainEvent.subject} ${event.domainEvent.version}`, event]),
  );
}
