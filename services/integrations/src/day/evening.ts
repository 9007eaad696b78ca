import type { Player } from './people.ts';
import type { Desk } from './shop.ts';
import type { Stage } from './stage.ts';
import { type Shown, readTicket, readCursor } from './ticket.ts';

const TICKET = 'ticket { id number status cursor }';

/** Solved, reopened, solved again; then the actions of the system. */
export async function playEvening(stage: Stage, desk: Desk, { id, number }: Shown): Promise<void> {
  stage.scene('Evening: the ends');
  const { agent, lead, customer } = desk.people;
  await stage.does(
    agent,
    'sends a seal and solves it',
    'messageAdd',
    {
      ticketId: id,
      visibility: 'PUBLIC',
      body: 'A new seal is on its way to you.',
      status: 'SOLVED',
      seen: await readCursor(agent, id),
    },
    TICKET,
  );
  await stage.mayNot(
    lead,
    'would like to close it',
    'CLOSE_BY_HAND',
    'ticketStatusChange',
    { id, status: 'CLOSED' },
    TICKET,
  );
  await stage.does(
    customer,
    'is not content, and the ticket is open again',
    'messageAdd',
    { ticketId: id, visibility: 'PUBLIC', body: 'The seal came. It is too small!' },
    TICKET,
  );
  await stage.does(
    agent,
    'sends another kettle and solves it for good',
    'messageAdd',
    {
      ticketId: id,
      visibility: 'PUBLIC',
      body: 'Then you get a new kettle.',
      status: 'SOLVED',
      seen: await readCursor(agent, id),
    },
    TICKET,
  );
  await many(stage, lead, id);
  const { closesAt } = await readTicket<{ closesAt: string }>(agent, id, 'closesAt');
  stage.tell(
    'The system',
    `will close #${number} on ${closesAt.slice(0, 10)} unless somebody writes`,
  );
  await anOldOne(stage, desk);
}

/** A bulk change and its undo. */
async function many(stage: Stage, lead: Player, id: string): Promise<void> {
  const { job } = await stage.does<{ job: { id: string } }>(
    lead,
    'marks all that was solved in the last week',
    'ticketsUpdate',
    {
      filter: { status: { eq: 'SOLVED' }, solvedAt: { within: 'P7D' } },
      action: { addTags: ['reviewed'] },
    },
    'job { id }',
  );
  const { done, operation } = await stage.until('the tickets are marked', async () => {
    const { bulkJob } = await lead.ask<{ bulkJob: Job }>(
      `query ($id: ID!) { bulkJob(id: $id) { finishedAt done operation { id } } }`,
      job,
    );
    return bulkJob.finishedAt ? bulkJob : null;
  });
  stage.tell('The system', `has marked ${done}, each with a result of its own`);
  await stage.does(
    lead,
    'sees that it was the wrong list, and takes all of it back',
    'operationUndo',
    { id: operation.id },
    'operation { state }',
  );
  const { tags } = await readTicket<{ tags: object[] }>(lead, id, 'tags { name }');
  if (tags.length) throw new Error('A mark is left.');
}
interface Job {
  finishedAt: string | null;
  done: number;
  operation: { id: string };
}

const CLOSES_AFTER_MS = 28 * 86_400_000;
const AHEAD_MS = 3_000;

/** A ticket of four weeks ago is closed by the scheduler; a late answer creates a follow-up. */
async function anOldOne(stage: Stage, { people, departments }: Desk): Promise<void> {
  const { app, agent, customer2 } = people;
  const solved = Date.now() - CLOSES_AFTER_MS + AHEAD_MS;
  const instant = (ms: number): string => new Date(ms).toISOString();
  const { ticket } = await stage.does<{ ticket: Shown }>(
    app,
    'brings over a ticket from the former helpdesk, solved four weeks ago to the second',
    'ticketImport',
    {
      externalId: `day-${solved}`,
      subject: 'Where is my parcel?',
      body: 'It should have come on Monday.',
      createdAt: instant(solved - 3_600_000),
      channel: 'EMAIL',
      requester: { email: customer2.email },
      departmentId: departments.delivery,
      assigneeId: agent.id,
      history: [
        {
          at: instant(solved),
          authorId: agent.id,
          body: 'It is at your neighbour’s.',
          visibility: 'PUBLIC',
          status: 'SOLVED',
        },
      ],
    },
    TICKET,
  );
  await stage.until(
    'the system closes it',
    async () => (await readTicket(agent, ticket.id)).status === 'CLOSED',
  );
  stage.tell('The system', `closes #${ticket.number}`);
  const late = await stage.does<{ ticket: Shown }>(
    customer2,
    'answers after the end',
    'messageAdd',
    { ticketId: ticket.id, visibility: 'PUBLIC', body: 'Thank you! But it is broken.' },
    TICKET,
  );
  stage.tell('The system', `opens #${late.ticket.number}, which follows #${ticket.number}`);
}
