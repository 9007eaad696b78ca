import { newId } from '@deskgraph/common/id';
import type { Desk } from '../desk.ts';
import type { Things } from '../things.ts';
import { until } from '../until.ts';
import { type Caller, VIEWERS, WRITERS } from './callers.ts';

// What a mutation of the tests is tried on where it can be done to a thing only once.

export const freshArticle = async ({ base }: Things, n: number, desk: Desk): Promise<string> => {
  const input = { knowledgeBaseId: base.id, title: `Fresh ${n}`, body: 'Fresh.' };
  return (await desk.done<{ article: { id: string } }>('partner', 'articleCreate', input, 'article { id }')).article.id;
};

export const freshAgent = async (n: number, desk: Desk): Promise<string> => {
  const input = { email: `fresh${n}@desk.example`, name: `Fresh ${n}`, role: 'AGENT' };
  return (await desk.done<{ agent: { id: string } }>('partner', 'agentInvite', input, 'agent { id }')).agent.id;
};

export const freshPath = async (n: number, desk: Desk): Promise<string> => {
  const input = { name: `Fresh ${n}`, filter: { number: { eq: -1 } }, steps: [{ departmentId: desk.departments.sales, after: 'PT1H' }] };
  return (await desk.done<{ escalationPath: { id: string } }>('partner', 'escalationPathCreate', input, 'escalationPath { id }'))
    .escalationPath.id;
};

/** A step leads to one of the two; each comes first for somebody. */
export const stepsTo = ({ agent, department }: Things, caller: Caller): object[] => {
  const steps = [
    { agentId: agent.id, after: 'PT1H' },
    { departmentId: department.id, after: 'PT1H' },
  ];
  return caller === 'admin' ? steps : steps.toReversed();
};

export const freshAccess = async (n: number, desk: Desk): Promise<string> => {
  const input = { name: `Fresh ${n}`, base: 'AGENT', scopes: ['tickets:read'] };
  return (await desk.done<{ accessRole: { id: string } }>('partner', 'accessRoleCreate', input, 'accessRole { id }')).accessRole.id;
};

export const freshDepartment = async (n: number, desk: Desk): Promise<string> => {
  const input = { name: `Fresh ${n}` };
  return (await desk.done<{ department: { id: string } }>('partner', 'departmentCreate', input, 'department { id }')).department.id;
};

/** Something that the caller was told: an answer in his ticket, or in one that he follows. */
export const freshNotification = async ({ ticket }: Things, caller: Caller, n: number, desk: Desk): Promise<string> => {
  if (caller === 'partner' || !WRITERS.includes(caller)) return newId('not');
  const who = caller as Exclude<Caller, 'nobody'>;
  if (who !== 'customer') await desk.done(who, 'ticketFollow', { id: ticket.id });
  await desk.done('partner', 'messageAdd', { ticketId: ticket.id, body: `Answer ${n}.`, visibility: 'PUBLIC' });
  const query = '{ viewer { notifications(unreadOnly: true, first: 1) { nodes { id } } } }';
  let id: string | undefined;
  await until(`${caller} is told`, async () => {
    const { viewer } = await desk.data<{ viewer: { notifications: { nodes: { id: string }[] } } }>(who, query);
    id = viewer.notifications.nodes[0]?.id;
    return id !== undefined;
  });
  return id!;
};

export const freshTag = async (n: number, desk: Desk): Promise<string> =>
  (await desk.done<{ tag: { id: string } }>('partner', 'tagCreate', { name: `fresh ${n}` }, 'tag { id }')).tag.id;

export const freshTicket = async ({ customer }: Things, n: number, desk: Desk, isDeleted = false): Promise<string> => {
  const input = { subject: `Fresh ${n}`, body: 'Fresh.', requester: { customerId: customer.id } };
  const { id } = (await desk.done<{ ticket: { id: string } }>('partner', 'ticketCreate', input, 'ticket { id }')).ticket;
  if (isDeleted) await desk.done('partner', 'ticketDelete', { id }, 'ticket { id }');
  return id;
};

export const freshSolved = async (things: Things, n: number, desk: Desk): Promise<string> => {
  const id = await freshTicket(things, n, desk);
  await desk.done('partner', 'ticketStatusChange', { id, status: 'SOLVED', resolutionCode: 'SELF_SERVICE' }, 'ticket { id }');
  return id;
};

/** Everybody sends what he has uploaded himself. */
export const freshFile = async (other: string, caller: Caller, n: number, desk: Desk): Promise<string> =>
  WRITERS.includes(caller) ? desk.upload(caller, `fresh ${n}`) : other;

/** A message with a file, to be blackened. */
export const freshMessage = async (things: Things, n: number, desk: Desk): Promise<object> => {
  const attachmentIds = [await desk.upload('partner', `fresh ${n}`)];
  const input = { ticketId: await freshTicket(things, n, desk), body: 'Fresh.', visibility: 'PUBLIC', attachmentIds };
  return { id: (await desk.done<{ message: { id: string } }>('partner', 'messageAdd', input, 'message { id }')).message.id, attachmentIds };
};

/** A reply that waits for its instant. */
export const freshScheduled = async (things: Things, n: number, desk: Desk): Promise<string> => {
  const sendAt = new Date(Date.now() + 86_400_000).toISOString();
  const input = { ticketId: await freshTicket(things, n, desk), body: 'Fresh.', visibility: 'PUBLIC', sendAt };
  return (await desk.done<{ message: { id: string } }>('partner', 'messageAdd', input, 'message { id }')).message.id;
};

export const freshCategory = async (name: string, desk: Desk): Promise<string> =>
  (await desk.done<{ ticketCategory: { id: string } }>('partner', 'ticketCategoryCreate', { name }, 'ticketCategory { id }')).ticketCategory
    .id;

export const freshField = async (n: number, desk: Desk): Promise<string> => {
  const input = { key: `fresh_${n}`, label: `Fresh ${n}`, kind: 'TEXT' };
  return (await desk.done<{ ticketField: { id: string } }>('partner', 'ticketFieldCreate', input, 'ticketField { id }')).ticketField.id;
};

const spareFields = new WeakMap<Desk, Promise<string>>();
/** A field to change; a workspace has few. */
export function spareField(desk: Desk): Promise<string> {
  const made = spareFields.get(desk) ?? freshField(0, desk);
  spareFields.set(desk, made);
  return made;
}

export const freshStatus = async (n: number, desk: Desk): Promise<string> => {
  const input = { base: 'OPEN', label: `Fresh ${n}`, requesterLabel: 'Fresh' };
  return (await desk.done<{ customStatus: { id: string } }>('partner', 'customStatusCreate', input, 'customStatus { id }')).customStatus.id;
};

export const freshForm = async (n: number, desk: Desk): Promise<string> => {
  const input = { name: `Fresh ${n}`, fields: [] };
  return (await desk.done<{ ticketForm: { id: string } }>('partner', 'ticketFormCreate', input, 'ticketForm { id }')).ticketForm.id;
};

const spareForms = new WeakMap<Desk, Promise<string>>();
/** A form to change; a workspace has few. */
export function spareForm(desk: Desk): Promise<string> {
  const made = spareForms.get(desk) ?? freshForm(0, desk);
  spareForms.set(desk, made);
  return made;
}

const spareStatuses = new WeakMap<Desk, Promise<string>>();
/** A custom status to change; a workspace has few. */
export function spareStatus(desk: Desk): Promise<string> {
  const made = spareStatuses.get(desk) ?? freshStatus(0, desk);
  spareStatuses.set(desk, made);
  return made;
}

const spare = new WeakMap<Desk, Promise<string>>();
/** A stored answer of the department that agent and lead work in. */
export const freshCanned = async (n: number, desk: Desk): Promise<string> => {
  const input = { title: `Fresh ${n}`, body: 'Hello', departmentId: desk.departments.sales };
  return (await desk.done<{ cannedResponse: { id: string } }>('admin', 'cannedResponseCreate', input, 'cannedResponse { id }'))
    .cannedResponse.id;
};

export const freshMacro = async (n: number, desk: Desk): Promise<string> => {
  const input = { name: `Fresh ${n}`, actions: [{ note: 'Text.' }], departmentId: desk.departments.sales };
  return (await desk.done<{ macro: { id: string } }>('admin', 'macroCreate', input, 'macro { id }')).macro.id;
};

/** Everything that an action can name. */
export const actionOn = ({ category, department, agent, canned, status, field }: Things): object => ({
  fields: [{ fieldId: field.id, value: 'x' }],
  customStatusId: status.id,
  categoryId: category.id,
  departmentId: department.id,
  assigneeId: agent.id,
  replyId: canned.id,
  notifyAgentIds: [agent.id],
});

/** A view that the caller may change, if he may change any. */
export const freshView = async ({ view }: Things, caller: Caller, n: number, desk: Desk): Promise<string> => {
  if (!VIEWERS.includes(caller)) return view.id;
  const who = caller === 'light' || caller === 'agent' ? caller : 'admin';
  const input = { name: `Fresh ${n}`, filter: {}, sharing: who === 'admin' ? 'PUBLIC' : 'PRIVATE' };
  return (await desk.done<{ view: { id: string } }>(who, 'viewCreate', input, 'view { id }')).view.id;
};

/** A category to put others below. */
export function spareCategory(desk: Desk): Promise<string> {
  const made = spare.get(desk) ?? freshCategory('Spare', desk);
  spare.set(desk, made);
  return made;
}

export const freshMerge = async (things: Things, n: number, desk: Desk): Promise<string> => {
  const input = { ids: [await freshTicket(things, n, desk)], intoId: await freshTicket(things, n, desk) };
  return (await desk.done<{ operation: { id: string } }>('partner', 'ticketMerge', input, 'operation { id }')).operation.id;
};

export const freshLink = async (things: Things, n: number, desk: Desk): Promise<object> => {
  const input = { id: things.ticket.id, otherId: await freshTicket(things, n, desk), kind: 'DUPLICATE' };
  await desk.done('partner', 'ticketLink', input, 'ticket { id }');
  return input;
};
