import type { Desk } from './shop.ts';
import type { Stage } from './stage.ts';
import { type Shown, read, seen } from './ticket.ts';

const TICKET = 'ticket { id number status cursor }';

/** Two agents at one ticket, a wait for the customer, and a colleague who knows more. */
export async function noon(stage: Stage, { people }: Desk, { id, number }: Shown): Promise<void> {
  stage.scene('Noon: the answers');
  const { agent, agent2, customer } = people;
  const [readByOne, readByTwo] = [await seen(agent, id), await seen(agent2, id)];
  await stage.does(agent2, `is already looking at #${number}`, 'presenceSet', { ticketId: id, activity: 'TYPING' }, 'viewers { activity }');
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
  const { unseenActivity } = await stage.mayNot<{ unseenActivity: { events: { summary: string }[] } }>(
    agent2,
    'would have answered past her',
    'UNSEEN_ACTIVITY',
    'messageAdd',
    { ticketId: id, visibility: 'PUBLIC', body: 'Have you tried another socket?', seen: readByTwo },
    'unseenActivity { events { summary } }',
  );
  for (const { summary } of unseenActivity.events) stage.tell(agent2.name, `reads instead: ${summary}`);
  await stage.does(agent, 'puts it aside until the customer writes', 'ticketSnooze', { id }, TICKET);
  await stage.does(
    customer,
    'writes, and the ticket is back in its queue',
    'messageAdd',
    { ticketId: id, visibility: 'PUBLIC', body: 'Yes, the base is wet. I have no camera.' },
    TICKET,
  );
  const { status } = await read(agent, id);
  stage.tell(agent.name, `finds #${number} ${status} again`);
}
