import type { Desk } from './shop.ts';
import type { Stage } from './stage.ts';
import { type Shown, readTicket } from './ticket.ts';

const TICKET = 'ticket { id number status cursor }';

/** Triage of the e-mail of the night: merge and split. Returns the main ticket. */
export async function playMorning(stage: Stage, { people, departments }: Desk): Promise<Shown> {
  stage.scene('Morning: the mail');
  const { app, agent, agent3, light, lead, customer } = people;
  const { ticket: kettle } = await stage.does<{ ticket: Shown }>(
    app,
    `hands in a mail of ${customer.name}: the kettle leaks`,
    'ticketCreate',
    {
      subject: 'My kettle leaks',
      body: 'Since yesterday there is water under my kettle after each use.',
      channel: 'EMAIL',
      requester: { email: customer.email, name: customer.name },
      departmentId: departments.products,
    },
    TICKET,
  );
  const { ticket: again } = await stage.does<{ ticket: Shown }>(
    customer,
    'writes in the portal what the mail forgot',
    'ticketCreate',
    { subject: 'Kettle, once more', body: 'I forgot: it is the glass one, bought in spring.' },
    TICKET,
  );
  const { message: bill } = await stage.does<{ message: { id: string } }>(
    customer,
    'asks for a bill in the same breath',
    'messageAdd',
    {
      ticketId: again.id,
      visibility: 'PUBLIC',
      body: 'And I still have no invoice for the toaster.',
    },
    'message { id }',
  );
  const { views } = await agent.ask<{ views: { name: string; count: number }[] }>(
    '{ views { name count } }',
  );
  stage.tell(
    agent.name,
    `looks at the lists: ${views.map(({ name, count }) => `${name} ${count}`).join(', ')}`,
  );
  await stage.does(
    agent,
    `takes #${kettle.number}`,
    'ticketAssign',
    { id: kettle.id, assigneeId: 'me' },
    TICKET,
  );
  await stage.does(
    light,
    'notes for the colleagues what the workshop knows',
    'messageAdd',
    {
      ticketId: kettle.id,
      visibility: 'PRIVATE',
      body: 'The seals of the spring series are weak; we have spare ones.',
    },
    'message { id }',
  );
  await stage.does(
    agent,
    `folds #${again.number} into #${kettle.number}: one matter, one ticket`,
    'ticketMerge',
    { ids: [again.id], intoId: kettle.id },
    'operation { id }',
  );
  const { newTicket } = await stage.does<{ newTicket: Shown }>(
    agent,
    'cuts the invoice out into a ticket of its own for the accounts',
    'ticketSplit',
    {
      id: kettle.id,
      messageIds: [bill.id],
      subject: 'Invoice for the toaster',
      departmentId: departments.accounts,
    },
    'newTicket { id number status cursor }',
  );
  await stage.does(
    lead,
    `gives #${newTicket.number} to ${agent3.name}`,
    'ticketAssign',
    { id: newTicket.id, assigneeId: agent3.id },
    TICKET,
  );
  await stage.does(
    agent3,
    'sends the invoice and solves it',
    'messageAdd',
    {
      ticketId: newTicket.id,
      visibility: 'PUBLIC',
      body: 'Here it is: https://shop.example/invoices/2231',
      status: 'SOLVED',
      seen: (await readTicket(agent3, newTicket.id)).cursor,
    },
    TICKET,
  );
  return kettle;
}
