import type { Desk } from './shop.ts';
import type { Stage } from './stage.ts';
import { type Shown, readTicket, readCursor } from './ticket.ts';

const TICKET = 'ticket { id number status cursor }';

const DAY_MS = 86_400_000;

interface Messages {
  messages: { nodes: { delivery: string; deliveryError: string | null }[] };
}

/** Two agents on one ticket, waiting for the customer, and a note from a colleague. */
export async function playNoon(
  stage: Stage,
  { people, waitsForPhoto }: Desk,
  { id, number }: Shown,
): Promise<void> {
  stage.scene('Noon: the answers');
  const { agent, agent2, lead, customer, customer2 } = people;
  const [readByOne, readByTwo] = [await readCursor(agent, id), await readCursor(agent2, id)];
  await stage.does(
    agent2,
    `is already looking at #${number}`,
    'presenceSet',
    { ticketId: id, activity: 'TYPING' },
    'viewers { activity }',
  );
  await stage.does(
    agent,
    'answers, and waits for a word',
    'messageAdd',
    {
      ticketId: id,
      visibility: 'PUBLIC',
      body: 'Hello {{requester.name}}, is there water in the base as well? A photo would help.',
      status: 'PENDING',
      seen: readByOne,
    },
    TICKET,
  );
  const { unseenActivity } = await stage.mayNot<{
    unseenActivity: { events: { summary: string }[] };
  }>(
    agent2,
    'would have answered past her',
    'UNSEEN_ACTIVITY',
    'messageAdd',
    { ticketId: id, visibility: 'PUBLIC', body: 'Have you tried another socket?', seen: readByTwo },
    'unseenActivity { events { summary } }',
  );
  for (const { summary } of unseenActivity.events)
    stage.tell(agent2.name, `reads instead: ${summary}`);
  await stage.does(
    agent,
    'says what it waits for',
    'ticketStatusChange',
    { id, customStatusId: waitsForPhoto },
    TICKET,
  );
  const { customStatus } = await readTicket<{ customStatus: { label: string } }>(
    customer,
    id,
    'customStatus { label }',
  );
  stage.tell(customer.name, `reads “${customStatus.label}”`);
  await stage.does(
    customer,
    `lets ${customer2.name} read along`,
    'ticketParticipantsUpdate',
    { id, addCcs: [customer2.email] },
    TICKET,
  );
  stage.tell(customer2.name, `reads #${(await readTicket(customer2, id)).number} too`);
  await stage.does(lead, 'follows it', 'ticketFollow', { id }, TICKET);
  const reminder = {
    ticketId: id,
    visibility: 'PUBLIC',
    body: 'Did you find the time?',
    sendAt: new Date(Date.now() + DAY_MS).toISOString(),
    seen: await readCursor(agent, id),
  };
  await stage.does(
    agent,
    'writes a reminder that goes out tomorrow if nobody has written by then',
    'messageAdd',
    reminder,
    TICKET,
  );
  await stage.does(
    agent,
    'puts it aside until the customer writes',
    'ticketSnooze',
    { id },
    TICKET,
  );
  await stage.does(
    customer,
    'writes, and the ticket is back in its queue',
    'messageAdd',
    { ticketId: id, visibility: 'PUBLIC', body: 'Yes, the base is wet. I have no camera.' },
    TICKET,
  );
  const { status, messages } = await readTicket<Messages>(
    agent,
    id,
    'messages(last: 10) { nodes { delivery deliveryError } }',
  );
  stage.tell(agent.name, `finds #${number} ${status} again`);
  const reason = messages.nodes.find(({ delivery }) => delivery === 'CANCELLED')?.deliveryError;
  stage.tell('The system', `sends no reminder. ${reason}`);
}
