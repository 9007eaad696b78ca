import { newUuid, uuidOf } from '@deskgraph/common/core/id';
import { transaction } from '../sql-baseline.ts';
import { type WorkloadFactory, spread } from '../row.ts';

const QUERY = `mutation ($input: TicketStatusChangeInput!) {
  ticketStatusChange(input: $input) { ticket { id status version } userErrors { code field } }
}`;

/** Changes the status of a ticket between OPEN and PENDING. */
export const status: WorkloadFactory = (
  { graph, workspace, agents, openTickets: open },
  { tickets },
) => {
  const moved = open.slice(open.length / 2);
  const pending = new Set<string>();
  const next = (id: string): string => {
    if (pending.delete(id)) return 'OPEN';
    pending.add(id);
    return 'PENDING';
  };
  return {
    name: 'change status',
    target: 300,
    graph: async (n) => {
      const id = moved[n % moved.length]!;
      await graph.send({
        query: QUERY,
        variables: { input: { id, status: next(id) } },
        token: spread(agents, n).token,
      });
    },
    baseline: (n) =>
      transaction(tickets, async (run) => {
        const agent = spread(agents, n);
        const now = new Date();
        const id = moved[n % moved.length]!;
        await run('select * from ticket where id = $1 for update', [uuidOf('tkt', id)]);
        // The status is unchanged, so that the next request through the graph has an effect.
        await run(
          `update ticket set version = version + 1, public_version = public_version + 1, updated_at = $2, public_updated_at = $2 where id = $1`,
          [uuidOf('tkt', id), now],
        );
        await run(
          `insert into floor_outbox (event_id, workspace_id, type, subject, version, actor, at, data) values ($1, $2, 'ticket.status_changed', $3, 1, $4, $5, $6)`,
          [
            newUuid(),
            workspace,
            id,
            { id: agent.id, name: agent.name },
            now,
            { state: { status: 'PENDING' } },
          ],
        );
      }),
  };
};
