import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { ids, rows } from '@deskgraph/common/database/query';
import { canSeeOnHold } from '../ticket/read-rights.ts';
import { Participant, ParticipantKind } from './participant.ts';

/** The ids of the tickets of which a customer gets copies. */
export async function ticketIdsWithCc(ctx: Context, customerId: string): Promise<string[]> {
  const ccs = await rows(
    ctx,
    sql<{ ticket_id: string }>`
      select ticket_id from participant
      where workspace_id = ${ctx.workspace}::uuid and person_id = ${customerId}
        and kind = ${ParticipantKind.CC}`,
  );
  return ccs.map((cc) => toId('tkt', cc.ticket_id));
}

interface ParticipantRow {
  ticket_id: string;
  person_id: string;
  kind: ParticipantKind;
  since: Date | string;
}

/**
 * The participants of a ticket that the caller sees, earliest first. Customers see participants
 * who are customers only.
 */
export const findParticipants = (ctx: Context, ticketId: string): Promise<Participant[]> =>
  ctx.load.byParent(
    'participants',
    ticketId,
    async (ticketIds) => {
      const visible = canSeeOnHold(ctx.actor) ? sql`true` : sql`p.kind = ${ParticipantKind.CC}`;
      const participants = await rows(
        ctx,
        sql<ParticipantRow>`
          select p.ticket_id, p.person_id, p.kind, p.since from participant p
          where p.ticket_id = any(${ids('tkt', ticketIds)}) and ${visible}
          order by p.since, p.kind, p.person_id`,
      );
      return participants.map(({ ticket_id, person_id: personId, kind, since }) =>
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
