import { sql, uuidArray } from '@deskgraph/common/database/database';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { canSeeOnHold } from '../ticket/read-rights.ts';
import { Participant, ParticipantKind } from './participant.ts';

/** The tickets of which a customer gets copies. */
export async function ticketIdsWithCc(ctx: Context, customerId: string): Promise<string[]> {
  const em = await ctx.read();
  const { rows } = await sql<{ ticket_id: string }>`
    select ticket_id from participant
    where workspace_id = ${ctx.workspace}::uuid and person_id = ${customerId} and kind = ${ParticipantKind.CC}`.execute(
    em.getKysely(),
  );
  return rows.map(({ ticket_id: id }) => toId('tkt', id));
}

interface Row {
  ticket_id: string;
  person_id: string;
  kind: ParticipantKind;
  since: Date | string;
}

/** The people beside the requester of a ticket that the caller sees, the longest first. Customers know of customers only. */
export const findParticipants = (ctx: Context, ticketId: string): Promise<Participant[]> =>
  ctx.load.byParent(
    'participants',
    ticketId,
    async (ids) => {
      const em = await ctx.read();
      const known = canSeeOnHold(ctx.actor) ? sql`true` : sql`p.kind = ${ParticipantKind.CC}`;
      const { rows } = await sql<Row>`
        select p.ticket_id, p.person_id, p.kind, p.since from participant p
        where p.ticket_id = any(${uuidArray('tkt', ids)}) and ${known} order by p.since, p.kind, p.person_id`.execute(
        em.getKysely(),
      );
      return rows.map(({ ticket_id, person_id: personId, kind, since }) =>
        Object.assign(new Participant(), {
          ticketId: toId('tkt', ticket_id),
          personId,
          kind,
          since: new Date(since),
        }),
      );
    },
    (participant) => participant.ticketId,
  );
