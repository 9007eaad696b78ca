import { newUuid, uuidOf } from '@deskgraph/common/core/id';
import { transaction } from '../sql-baseline.ts';
import { seededRandom, randomBody, rareWordAt } from '../fill/words.ts';
import { type WorkloadFactory, spread } from '../row.ts';

const QUERY = `mutation ($input: MessageAddInput!) {
  messageAdd(input: $input) { message { id } ticket { id status version } userErrors { code field } }
}`;

const random = seededRandom(12);

/** Adds a public reply. */
export const reply: WorkloadFactory = (
  { graph, workspace, agents, openTickets: open },
  { tickets },
) => {
  const answered = open.slice(0, open.length / 2);
  return {
    name: 'reply',
    target: 300,
    graph: async (n) => {
      // Many requests reply to the same ticket at once: without the override they would be refused.
      const input = {
        ticketId: spread(answered, n),
        body: randomBody(random, rareWordAt(n)),
        visibility: 'PUBLIC',
        override: true,
      };
      await graph.send({ query: QUERY, variables: { input }, token: spread(agents, n).token });
    },
    baseline: (n) =>
      transaction(tickets, async (run) => {
        const id = uuidOf('tkt', spread(answered, n));
        const body = randomBody(random, rareWordAt(n));
        const agent = spread(agents, n);
        const now = new Date();
        await run('select * from ticket where id = $1 for update', [id]);
        await run(
          `insert into message (id, workspace_id, ticket_id, visibility, channel, author_kind, author_id, author_name, body, text, html, delivery,
             version, created_at, updated_at)
           values ($1, $2, $3, 'PUBLIC', 'CALL', 'agent', $4, $5, $6, $6, $6, 'SENT', 1, $7, $7)`,
          [newUuid(), workspace, id, agent.id, agent.name, body, now],
        );
        await run(
          `update ticket set version = version + 1, public_version = public_version + 1, updated_at = $2, public_updated_at = $2, waiting_since = null,
             handled = true, first_reply_at = coalesce(first_reply_at, $2) where id = $1`,
          [id, now],
        );
        await run(
          `insert into ticket_text (ticket_id, workspace_id, public, everything) values ($1, $2, to_tsvector('simple', $3), to_tsvector('simple', $3))
           on conflict (ticket_id) do update set public = ticket_text.public || excluded.public, everything = ticket_text.everything || excluded.everything`,
          [id, workspace, body],
        );
        await run(
          `insert into floor_outbox (event_id, workspace_id, type, subject, version, actor, at, data) values ($1, $2, 'message.added', $3, 1, $4, $5, $6)`,
          [
            newUuid(),
            workspace,
            spread(answered, n),
            { id: agent.id, name: agent.name },
            now,
            { state: { status: 'OPEN' } },
          ],
        );
      }),
  };
};
