import { newUuid, uuidOf } from '@deskgraph/common/core/id';
import type { Client } from 'pg';
import type { Size } from '../options.ts';
import { type TicketFacts, insertRows } from './tickets.ts';
import { seededRandom } from './words.ts';

const BATCH_SIZE = 2_000;
const HOUR_MS = 3_600_000;

/** Inserts the report data of the tickets, and of further similar tickets up to `reported`. */
export async function fillReports(
  owner: Client,
  workspace: string,
  tickets: readonly TicketFacts[],
  { reported }: Size,
): Promise<void> {
  const random = seededRandom(2);
  for (let from = 0; from < reported; from += BATCH_SIZE) {
    const batch = Array.from({ length: Math.min(BATCH_SIZE, reported - from) }, (_, index) =>
      like(tickets[(from + index) % tickets.length]!, from + index),
    );
    await insertRows(
      owner,
      'ticket',
      batch.map((each) => each.ticket),
    );
    await insertRows(
      owner,
      'unsolved',
      batch.map((each) => each.unsolved),
    );
  }

  function like(filed: TicketFacts, index: number) {
    const first = index < tickets.length;
    const shift = first ? 0 : Math.floor((random() - 0.5) * 24 * HOUR_MS);
    const createdAt = new Date(Math.min(Date.now(), filed.createdAt.getTime() + shift));
    const solvedAt =
      filed.solvedAt && new Date(Math.max(filed.solvedAt.getTime() + shift, createdAt.getTime()));
    const department = uuidOf('dep', filed.departmentId);
    const agent = filed.assigneeId && uuidOf('agt', filed.assigneeId);
    const id = first ? filed.id : newUuid();
    const respondedAt = agent
      ? new Date(createdAt.getTime() + Math.floor(random() * 8 * HOUR_MS))
      : null;
    const seconds = (to: Date): number => Math.floor((to.getTime() - createdAt.getTime()) / 1000);
    return {
      ticket: {
        workspace_id: workspace,
        id,
        number: first ? filed.number : index + 1_000_000,
        status: filed.status,
        priority: filed.priority,
        channel: filed.channel,
        department_id: department,
        assignee_id: agent,
        requester_id: uuidOf('cus', filed.requesterId),
        tags: [],
        created_at: createdAt,
        created_department_id: department,
        created_agent_id: null,
        solved_at: solvedAt,
        solved_department_id: solvedAt && department,
        solved_agent_id: solvedAt && agent,
        resolution_seconds: solvedAt && seconds(solvedAt),
        responded_at: respondedAt,
        responded_department_id: respondedAt && department,
        responded_agent_id: agent,
        response_seconds: respondedAt && seconds(respondedAt),
        turn: 1,
        edge: solvedAt ?? createdAt,
      },
      unsolved: {
        workspace_id: workspace,
        ticket_id: id,
        turn: 1,
        department_id: department,
        agent_id: agent,
        opened_at: createdAt,
        closed_at: solvedAt ?? 'infinity',
      },
    };
  }
}
