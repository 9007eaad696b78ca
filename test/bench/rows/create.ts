import { newId, newUuid, uuidOf } from '@deskgraph/common/core/id';
import { transaction } from '../sql-baseline.ts';
import { PRODUCTS, PROBLEMS, seededRandom, randomBody, rareWordAt } from '../fill/words.ts';
import { type WorkloadFactory, spread } from '../row.ts';

const QUERY = `mutation ($input: TicketCreateInput!) {
  ticketCreate(input: $input) { ticket { id number status } message { id } userErrors { code field } }
}`;

const random = seededRandom(11);
const subjectOf = (n: number): string => `My ${spread(PRODUCTS, n)} ${spread(PROBLEMS, n >> 4)}`;

/** An agent takes a call: inserts a ticket, its first message, search vectors and events. */
export const create: WorkloadFactory = (
  { graph, workspace, agents, departments, requesters },
  { tickets },
) => ({
  name: 'create ticket',
  target: 250,
  singleClientTargetMs: 20,
  graph: async (n) => {
    const input = {
      subject: subjectOf(n),
      body: randomBody(random, rareWordAt(n)),
      channel: 'CALL',
      departmentId: spread(departments, n).id,
      requester: { customerId: spread(requesters, n).id },
    };
    await graph.send({ query: QUERY, variables: { input }, token: spread(agents, n).token });
  },
  baseline: (n) =>
    transaction(tickets, async (run) => {
      const requester = spread(requesters, n);
      const body = randomBody(random, rareWordAt(n));
      const subject = subjectOf(n);
      const id = newUuid();
      const now = new Date();
      const agent = spread(agents, n);
      await run('select name, organization_id, locale from requester where id = $1', [
        uuidOf('cus', requester.id),
      ]);
      const [next] = await run<{ number: number }>(
        'select public.next_ticket_number($1) as number',
        [workspace],
      );
      await run(
        `insert into ticket (id, workspace_id, number, subject, description, status, priority, department_id, requester_id, requester_name, tags,
           channel, origin, created_by_kind, created_by_id, created_by_name, waiting_since, handled, reopen_count, transfer_count,
           public_version, public_updated_at, version, created_at, updated_at)
         values ($1, $2, $3, $4, $5, 'NEW', 'NORMAL', $6, $7, $8, '{}', 'CALL', 'AGENT', 'agent', $9, $10, $11, false, 0, 0, 1, $11, 1, $11, $11)`,
        [
          id,
          workspace,
          next!.number,
          subject,
          body,
          uuidOf('dep', spread(departments, n).id),
          uuidOf('cus', requester.id),
          requester.name,
          agent.id,
          agent.name,
          now,
        ],
      );
      await run(
        `insert into message (id, workspace_id, ticket_id, visibility, channel, author_kind, author_id, author_name, body, text, html, delivery, version,
           created_at, updated_at)
         values ($1, $2, $3, 'PUBLIC', 'CALL', 'agent', $4, $5, $6, $6, $6, 'SENT', 1, $7, $7)`,
        [newUuid(), workspace, id, agent.id, agent.name, body, now],
      );
      await run(
        `insert into ticket_text (ticket_id, workspace_id, public, everything) values ($1, $2, to_tsvector('simple', $3), to_tsvector('simple', $3))`,
        [id, workspace, `${subject} ${requester.name} ${body}`],
      );
      await run(
        `insert into floor_outbox (event_id, workspace_id, type, subject, version, actor, at, data)
         values ($1, $3, 'ticket.created', $4, 1, $5, $6, $7), ($2, $3, 'message.added', $4, 2, $5, $6, $7)`,
        [
          newUuid(),
          newUuid(),
          workspace,
          newId('tkt'),
          { id: agent.id, name: agent.name },
          now,
          { state: { subject, number: next!.number } },
        ],
      );
    }),
});
