import type { Desk, Who } from './desk.ts';
import type { Kind, Things } from './things.ts';

// Who may do what. The one place to read, and to change, what the graph allows: a root field that is not here fails the tests.

/** One of each kind of caller; `clerk` is an app that may only read customers, `reader` one that may only read tickets. */
export const CALLERS = [
  'nobody',
  'customer',
  'light',
  'agent',
  'lead',
  'admin',
  'analyst',
  'partner',
  'reader',
  'clerk',
] as const satisfies Who[];
export type Caller = (typeof CALLERS)[number];

const LEADS: readonly Caller[] = ['lead', 'admin'];
const AGENTS: readonly Caller[] = ['agent', ...LEADS];
const STAFF: readonly Caller[] = ['light', ...AGENTS];
const READERS: readonly Caller[] = [...STAFF, 'analyst'];
const SIGNED_IN: readonly Caller[] = CALLERS.filter((caller) => caller !== 'nobody');

/** For whom a thing exists: one of (or around) the calling customer himself, and one of somebody else in the same workspace. */
export const EXISTS: Record<Kind, { own: readonly Caller[]; others: readonly Caller[] }> = {
  ticket: { own: [...READERS, 'customer', 'partner', 'reader'], others: [...READERS, 'partner', 'reader'] },
  message: { own: [...READERS, 'customer', 'partner', 'reader'], others: [...READERS, 'partner', 'reader'] },
  note: { own: [...READERS, 'partner', 'reader'], others: [...READERS, 'partner', 'reader'] },
  file: { own: [...READERS, 'customer', 'partner', 'reader'], others: [...READERS, 'partner', 'reader'] },
  paper: { own: [...READERS, 'partner', 'reader'], others: [...READERS, 'partner', 'reader'] },
  tag: { own: [...READERS, 'partner', 'reader'], others: [...READERS, 'partner', 'reader'] },
  category: { own: SIGNED_IN.filter((caller) => caller !== 'clerk'), others: SIGNED_IN.filter((caller) => caller !== 'clerk') },
  field: { own: SIGNED_IN.filter((caller) => caller !== 'clerk'), others: SIGNED_IN.filter((caller) => caller !== 'clerk') },
  view: { own: [...READERS, 'partner', 'reader'], others: [...READERS, 'partner', 'reader'] },
  canned: { own: [...AGENTS, 'partner', 'reader'], others: [...AGENTS, 'partner', 'reader'] },
  macro: { own: [...AGENTS, 'partner', 'reader'], others: [...AGENTS, 'partner', 'reader'] },
  job: { own: LEADS, others: LEADS },
  // A customer knows the agents of his own tickets.
  agent: { own: SIGNED_IN, others: SIGNED_IN.filter((caller) => caller !== 'customer') },
  department: { own: SIGNED_IN, others: SIGNED_IN },
  customer: { own: [...READERS, 'customer', 'partner', 'clerk'], others: [...READERS, 'partner', 'clerk'] },
  organization: { own: [...READERS, 'customer', 'partner', 'clerk'], others: [...READERS, 'partner', 'clerk'] },
  // The base around the customer is for everybody, the other one is INTERNAL.
  base: { own: [...READERS, 'customer', 'partner'], others: [...READERS, 'partner'] },
  section: { own: [...READERS, 'customer', 'partner'], others: [...READERS, 'partner'] },
  article: { own: [...READERS, 'customer', 'partner'], others: [...READERS, 'partner'] },
  draft: { own: [...READERS, 'partner'], others: [...READERS, 'partner'] },
};

/** A way to ask a query for a thing; `kind` says for whom the answer holds it. */
export interface Way {
  kind: Kind;
  args: (things: Things) => object;
  /** A number is somebody else's in every workspace. */
  foreign?: false;
  /** Other things than this kind may be found. */
  alone?: false;
}

export interface QueryRight {
  may: readonly Caller[];
  ways: Record<string, Way>;
}

const eq = (id: string): object => ({ eq: id });

export const QUERIES: Record<string, QueryRight> = {
  viewer: { may: SIGNED_IN, ways: {} },
  node: {
    may: SIGNED_IN,
    ways: Object.fromEntries(
      (Object.keys(EXISTS) as Kind[]).map((kind) => [kind, { kind, args: (things: Things) => ({ id: things[kind].id }) }]),
    ),
  },
  nodes: {
    may: SIGNED_IN,
    ways: Object.fromEntries(
      (Object.keys(EXISTS) as Kind[]).map((kind) => [kind, { kind, args: (things: Things) => ({ ids: [things[kind].id] }) }]),
    ),
  },
  settings: { may: [...STAFF, 'partner'], ways: {} },
  agents: {
    may: [...READERS, 'partner', 'reader'],
    ways: {
      all: { kind: 'agent', args: () => ({ first: 100 }) },
      'of a department': { kind: 'agent', args: ({ department }) => ({ departmentIds: [department.id] }) },
    },
  },
  departments: { may: [...READERS, 'customer', 'partner', 'reader'], ways: { all: { kind: 'department', args: () => ({}) } } },
  ticketCategories: { may: [...READERS, 'customer', 'partner', 'reader'], ways: { all: { kind: 'category', args: () => ({}) } } },
  ticketFields: { may: [...READERS, 'customer', 'partner', 'reader'], ways: { all: { kind: 'field', args: () => ({}) } } },
  tags: {
    may: [...READERS, 'partner', 'reader'],
    ways: { all: { kind: 'tag', args: () => ({}) }, 'by beginning': { kind: 'tag', args: ({ tag }) => ({ text: tag.mark.slice(0, 8) }) } },
  },
  cannedResponses: {
    may: [...AGENTS, 'partner', 'reader'],
    ways: {
      all: { kind: 'canned', args: () => ({}) },
      words: { kind: 'canned', args: ({ canned }) => ({ text: canned.mark }) },
    },
  },
  macros: { may: [...AGENTS, 'partner', 'reader'], ways: { all: { kind: 'macro', args: () => ({}) } } },
  bulkJob: { may: [...AGENTS, 'partner', 'reader'], ways: { id: { kind: 'job', args: ({ job }) => ({ id: job.id }) } } },
  views: { may: [...STAFF, 'partner', 'reader'], ways: { all: { kind: 'view', args: () => ({}) } } },
  ticket: {
    may: [...READERS, 'customer', 'partner', 'reader'],
    ways: {
      id: { kind: 'ticket', args: ({ ticket }) => ({ id: ticket.id }) },
      number: { kind: 'ticket', args: ({ number }) => ({ number }), foreign: false },
    },
  },
  ticketEvents: {
    may: [...READERS, 'customer', 'partner', 'reader'],
    ways: { id: { kind: 'ticket', args: ({ ticket }) => ({ filter: { id: eq(ticket.id) }, first: 100 }) } },
  },
  eventCursor: { may: [...READERS, 'customer', 'partner', 'reader'], ways: {} },
  tickets: {
    may: [...READERS, 'customer', 'partner', 'reader'],
    ways: {
      all: { kind: 'ticket', args: () => ({ first: 100 }) },
      id: { kind: 'ticket', args: ({ ticket }) => ({ filter: { id: eq(ticket.id) } }) },
      subject: { kind: 'ticket', args: ({ ticket }) => ({ filter: { text: ticket.mark } }) },
      'words of a message': { kind: 'message', args: ({ message }) => ({ filter: { text: message.mark } }) },
      'words of a note': { kind: 'note', args: ({ note }) => ({ filter: { text: note.mark } }) },
      requester: { kind: 'ticket', args: ({ customer }) => ({ filter: { requesterId: eq(customer.id) } }) },
      department: { kind: 'ticket', args: ({ department }) => ({ filter: { departmentId: eq(department.id) } }) },
      category: { kind: 'ticket', args: ({ category }) => ({ filter: { categoryId: eq(category.id) } }) },
      'custom field': {
        kind: 'ticket',
        args: ({ field, ticket }) => ({ filter: { field: [{ fieldId: field.id, text: eq(ticket.mark) }] } }),
      },
      assignee: { kind: 'ticket', args: ({ agent }) => ({ filter: { assigneeId: eq(agent.id) } }) },
      label: { kind: 'tag', args: ({ tag }) => ({ filter: { tag: { any: [tag.mark] } } }) },
    },
  },
  customer: {
    may: [...STAFF, 'customer', 'partner', 'clerk'],
    ways: {
      id: { kind: 'customer', args: ({ customer }) => ({ id: customer.id }) },
      identity: { kind: 'customer', args: ({ email }) => ({ identity: { kind: 'EMAIL', value: email } }) },
    },
  },
  customers: {
    may: [...READERS, 'partner', 'clerk'],
    ways: {
      all: { kind: 'customer', args: () => ({ first: 100 }) },
      id: { kind: 'customer', args: ({ customer }) => ({ filter: { id: eq(customer.id) } }) },
      address: { kind: 'customer', args: ({ email }) => ({ filter: { email: eq(email) } }) },
      organization: { kind: 'customer', args: ({ organization }) => ({ filter: { organizationId: eq(organization.id) } }) },
    },
  },
  organization: {
    may: [...STAFF, 'customer', 'partner', 'clerk'],
    ways: {
      id: { kind: 'organization', args: ({ organization }) => ({ id: organization.id }) },
      domain: { kind: 'organization', args: ({ organization }) => ({ domain: `${organization.mark}.example` }) },
    },
  },
  organizations: {
    may: [...READERS, 'partner', 'clerk'],
    ways: {
      all: { kind: 'organization', args: () => ({}) },
      words: { kind: 'organization', args: ({ organization }) => ({ text: organization.mark }) },
    },
  },
  knowledgeBases: { may: [...READERS, 'customer', 'partner'], ways: { all: { kind: 'base', args: () => ({}) } } },
  knowledgeBase: {
    may: [...READERS, 'customer', 'partner'],
    ways: {
      id: { kind: 'base', args: ({ base }) => ({ id: base.id }) },
      slug: { kind: 'base', args: ({ base }) => ({ slug: base.mark }) },
    },
  },
  article: {
    may: [...READERS, 'customer', 'partner'],
    ways: {
      id: { kind: 'article', args: ({ article }) => ({ id: article.id }) },
      'base and slug': { kind: 'article', args: ({ base, article }) => ({ knowledgeBaseId: base.id, slug: article.mark }) },
      'an unpublished one': { kind: 'draft', args: ({ draft }) => ({ id: draft.id }) },
    },
  },
  articles: {
    may: [...READERS, 'customer', 'partner'],
    ways: {
      all: { kind: 'article', args: () => ({ first: 100 }) },
      base: { kind: 'article', args: ({ base }) => ({ filter: { knowledgeBaseId: eq(base.id) } }) },
      section: { kind: 'article', args: ({ section }) => ({ filter: { sectionId: eq(section.id) } }) },
      'unpublished ones of a base': { kind: 'draft', args: ({ base }) => ({ filter: { knowledgeBaseId: eq(base.id) } }), alone: false },
    },
  },
  articleSearch: {
    may: [...READERS, 'customer', 'partner'],
    ways: {
      words: { kind: 'article', args: ({ article }) => ({ query: article.mark }) },
      'words in a base': { kind: 'article', args: ({ article, base }) => ({ query: article.mark, knowledgeBaseIds: [base.id] }) },
      'words of an unpublished one': { kind: 'draft', args: ({ draft }) => ({ query: draft.mark }) },
    },
  },
  // Whom it counts is asked in a test of its own.
  ticketReport: { may: ['analyst', ...LEADS, 'partner'], ways: {} },
};

export interface MutationRight {
  may: readonly Caller[];
  /** An input that succeeds, with every id that it can name; `n` is new each time. */
  input: (things: Things, caller: Caller, n: number, desk: Desk) => object | Promise<object>;
  /** Paths of ids that are not looked up, each with the reason. */
  unchecked?: Record<string, string>;
}

const freshArticle = async ({ base }: Things, n: number, desk: Desk): Promise<string> => {
  const input = { knowledgeBaseId: base.id, title: `Fresh ${n}`, body: 'Fresh.' };
  return (await desk.done<{ article: { id: string } }>('partner', 'articleCreate', input, 'article { id }')).article.id;
};

const freshAgent = async (n: number, desk: Desk): Promise<string> => {
  const input = { email: `fresh${n}@desk.example`, name: `Fresh ${n}`, role: 'AGENT' };
  return (await desk.done<{ agent: { id: string } }>('partner', 'agentInvite', input, 'agent { id }')).agent.id;
};

const freshDepartment = async (n: number, desk: Desk): Promise<string> => {
  const input = { name: `Fresh ${n}` };
  return (await desk.done<{ department: { id: string } }>('partner', 'departmentCreate', input, 'department { id }')).department.id;
};

const freshTag = async (n: number, desk: Desk): Promise<string> =>
  (await desk.done<{ tag: { id: string } }>('partner', 'tagCreate', { name: `fresh ${n}` }, 'tag { id }')).tag.id;

const freshTicket = async ({ customer }: Things, n: number, desk: Desk, isDeleted = false): Promise<string> => {
  const input = { subject: `Fresh ${n}`, body: 'Fresh.', requester: { customerId: customer.id } };
  const { id } = (await desk.done<{ ticket: { id: string } }>('partner', 'ticketCreate', input, 'ticket { id }')).ticket;
  if (isDeleted) await desk.done('partner', 'ticketDelete', { id }, 'ticket { id }');
  return id;
};

const WRITERS: readonly Caller[] = ['customer', ...STAFF, 'partner'];

/** Everybody sends what he has uploaded himself. */
const freshFile = async (other: string, caller: Caller, n: number, desk: Desk): Promise<string> =>
  WRITERS.includes(caller) ? desk.upload(caller, `fresh ${n}`) : other;

/** A message with a file, to be blackened. */
const freshMessage = async (things: Things, n: number, desk: Desk): Promise<object> => {
  const attachmentIds = [await desk.upload('partner', `fresh ${n}`)];
  const input = { ticketId: await freshTicket(things, n, desk), body: 'Fresh.', visibility: 'PUBLIC', attachmentIds };
  return { id: (await desk.done<{ message: { id: string } }>('partner', 'messageAdd', input, 'message { id }')).message.id, attachmentIds };
};

const freshCategory = async (name: string, desk: Desk): Promise<string> =>
  (await desk.done<{ ticketCategory: { id: string } }>('partner', 'ticketCategoryCreate', { name }, 'ticketCategory { id }')).ticketCategory
    .id;

const freshField = async (n: number, desk: Desk): Promise<string> => {
  const input = { key: `fresh_${n}`, label: `Fresh ${n}`, kind: 'TEXT' };
  return (await desk.done<{ ticketField: { id: string } }>('partner', 'ticketFieldCreate', input, 'ticketField { id }')).ticketField.id;
};

const spareFields = new WeakMap<Desk, Promise<string>>();
/** A field to change; a workspace has few. */
function spareField(desk: Desk): Promise<string> {
  const made = spareFields.get(desk) ?? freshField(0, desk);
  spareFields.set(desk, made);
  return made;
}

const spare = new WeakMap<Desk, Promise<string>>();
/** A stored answer of the department that agent and lead work in. */
const freshCanned = async (n: number, desk: Desk): Promise<string> => {
  const input = { title: `Fresh ${n}`, body: 'Hello', departmentId: desk.departments.sales };
  return (await desk.done<{ cannedResponse: { id: string } }>('admin', 'cannedResponseCreate', input, 'cannedResponse { id }'))
    .cannedResponse.id;
};

const freshMacro = async (n: number, desk: Desk): Promise<string> => {
  const input = { name: `Fresh ${n}`, actions: [{ note: 'Text.' }], departmentId: desk.departments.sales };
  return (await desk.done<{ macro: { id: string } }>('admin', 'macroCreate', input, 'macro { id }')).macro.id;
};

/** Everything that an action can name. */
const actionOn = ({ category, department, agent, canned }: Things): object => ({
  categoryId: category.id,
  departmentId: department.id,
  assigneeId: agent.id,
  replyId: canned.id,
});

const VIEWERS: readonly Caller[] = [...STAFF, 'partner'];

/** A view that the caller may change, if he may change any. */
const freshView = async ({ view }: Things, caller: Caller, n: number, desk: Desk): Promise<string> => {
  if (!VIEWERS.includes(caller)) return view.id;
  const who = caller === 'light' || caller === 'agent' ? caller : 'admin';
  const input = { name: `Fresh ${n}`, filter: {}, sharing: who === 'admin' ? 'PUBLIC' : 'PRIVATE' };
  return (await desk.done<{ view: { id: string } }>(who, 'viewCreate', input, 'view { id }')).view.id;
};

/** A category to put others below. */
function spareCategory(desk: Desk): Promise<string> {
  const made = spare.get(desk) ?? freshCategory('Spare', desk);
  spare.set(desk, made);
  return made;
}

const freshMerge = async (things: Things, n: number, desk: Desk): Promise<string> => {
  const input = { ids: [await freshTicket(things, n, desk)], intoId: await freshTicket(things, n, desk) };
  return (await desk.done<{ operation: { id: string } }>('partner', 'ticketMerge', input, 'operation { id }')).operation.id;
};

const freshLink = async (things: Things, n: number, desk: Desk): Promise<object> => {
  const input = { id: things.ticket.id, otherId: await freshTicket(things, n, desk), kind: 'DUPLICATE' };
  await desk.done('partner', 'ticketLink', input, 'ticket { id }');
  return input;
};

export const MUTATIONS: Record<string, MutationRight> = {
  agentInvite: {
    may: ['admin', 'partner'],
    input: ({ department }, _, n) => ({ email: `n${n}@desk.example`, name: `N ${n}`, role: 'AGENT', departmentIds: [department.id] }),
  },
  agentUpdate: {
    may: [...LEADS, 'partner'],
    input: ({ agent, department }, caller) => ({
      id: agent.id,
      departmentIds: [department.id],
      locale: 'sl',
      ...(caller !== 'lead' && { role: 'AGENT' }),
    }),
  },
  agentDeactivate: { may: ['admin', 'partner'], input: async (_, __, n, desk) => ({ id: await freshAgent(n, desk) }) },
  departmentCreate: { may: ['admin', 'partner'], input: ({ agent }, _, n) => ({ name: `Department ${n}`, agentIds: [agent.id] }) },
  departmentUpdate: {
    may: ['admin', 'partner'],
    input: async ({ agent }, _, n, desk) => ({ id: await freshDepartment(n, desk), name: `Renamed ${n}`, agentIds: [agent.id] }),
  },
  departmentDelete: { may: ['admin', 'partner'], input: async (_, __, n, desk) => ({ id: await freshDepartment(n, desk) }) },
  tagCreate: { may: [...LEADS, 'partner'], input: (_, __, n) => ({ name: `tag ${n}`, color: '#00aaff' }) },
  tagUpdate: { may: [...LEADS, 'partner'], input: async (_, __, n, desk) => ({ id: await freshTag(n, desk), name: `renamed ${n}` }) },
  tagDelete: { may: [...LEADS, 'partner'], input: async (_, __, n, desk) => ({ id: await freshTag(n, desk) }) },
  ticketCategoryCreate: {
    may: ['admin', 'partner'],
    input: ({ category, department }, _, n) => ({ name: `Category ${n}`, parentId: category.id, departmentId: department.id }),
  },
  ticketCategoryUpdate: {
    may: ['admin', 'partner'],
    input: async ({ category, department }, _, __, desk) => ({
      id: category.id,
      parentId: await spareCategory(desk),
      departmentId: department.id,
      priority: 'HIGH',
    }),
  },
  ticketCategoryDelete: { may: ['admin', 'partner'], input: async (_, __, n, desk) => ({ id: await freshCategory(`Fresh ${n}`, desk) }) },
  cannedResponseCreate: {
    may: [...AGENTS, 'partner'],
    input: (_, __, n, desk) => ({ title: `Answer ${n}`, body: 'Hello {{requester.name}}', departmentId: desk.departments.sales }),
  },
  cannedResponseUpdate: {
    may: [...AGENTS, 'partner'],
    input: async (_, __, n, desk) => ({ id: await freshCanned(n, desk), title: `Answer ${n}`, departmentId: desk.departments.sales }),
  },
  cannedResponseDelete: { may: [...AGENTS, 'partner'], input: async (_, __, n, desk) => ({ id: await freshCanned(n, desk) }) },
  macroCreate: {
    may: [...LEADS, 'partner'],
    input: (things, _, n, desk) => ({ name: `Macro ${n}`, departmentId: desk.departments.sales, actions: [actionOn(things)] }),
  },
  macroUpdate: {
    may: [...LEADS, 'partner'],
    input: async (things, _, n, desk) => ({
      id: await freshMacro(n, desk),
      name: `Macro ${n}`,
      departmentId: desk.departments.sales,
      actions: [actionOn(things)],
    }),
  },
  macroDelete: { may: [...LEADS, 'partner'], input: async (_, __, n, desk) => ({ id: await freshMacro(n, desk) }) },
  macroApply: { may: [...AGENTS, 'partner'], input: ({ macro, ticket }) => ({ id: macro.id, ticketId: ticket.id }) },
  ticketFieldCreate: { may: ['admin', 'partner'], input: (_, __, n) => ({ key: `field_${n}`, label: `Field ${n}`, kind: 'NUMBER' }) },
  ticketFieldUpdate: {
    may: ['admin', 'partner'],
    input: async (_, __, n, desk) => ({ id: await spareField(desk), label: `Renamed ${n}` }),
  },
  ticketFieldDelete: { may: ['admin', 'partner'], input: async (_, __, n, desk) => ({ id: await freshField(n, desk) }) },
  ticketsUpdate: {
    may: [...AGENTS, 'partner'],
    input: (things) => ({ ids: [things.ticket.id], action: actionOn(things) }),
    unchecked: { 'ids.0': 'a ticket that is not there is told in its result' },
  },
  bulkJobCancel: {
    may: [...AGENTS, 'partner'],
    input: async ({ ticket, job }, caller, _, desk) => {
      if (!AGENTS.includes(caller) && caller !== 'partner') return { id: job.id };
      const input = { ids: [ticket.id], action: { removeTags: ['nothing'] } };
      return {
        id: (await desk.done<{ job: { id: string } }>(caller as Exclude<Caller, 'nobody'>, 'ticketsUpdate', input, 'job { id }')).job.id,
      };
    },
  },
  viewCreate: {
    may: VIEWERS,
    input: ({ department }, caller, n) => ({
      name: `View ${n}`,
      filter: {},
      ...(caller === 'admin' && { sharing: 'DEPARTMENT', departmentId: department.id }),
    }),
  },
  viewUpdate: {
    may: VIEWERS,
    input: async (things, caller, n, desk) =>
      caller === 'admin'
        ? { id: await freshView(things, caller, n, desk), sharing: 'DEPARTMENT', departmentId: things.department.id }
        : { id: things.view.id, isDefault: n % 2 === 0 },
  },
  viewDelete: { may: VIEWERS, input: async (things, caller, n, desk) => ({ id: await freshView(things, caller, n, desk) }) },
  settingsUpdate: { may: ['admin', 'partner'], input: () => ({ onHoldEnabled: true }) },
  ticketCreate: {
    may: ['customer', ...AGENTS, 'partner'],
    input: async ({ customer, agent, department, category, field, file }, caller, n, desk) => ({
      fields: [{ fieldId: field.id, value: 'x' }],
      attachmentIds: [await freshFile(file.id, caller, n, desk)],
      subject: `Ticket ${n}`,
      body: 'Text.',
      categoryId: category.id,
      departmentId: department.id,
      ...(caller !== 'customer' && { channel: 'EMAIL', requester: { customerId: customer.id }, assigneeId: agent.id }),
    }),
  },
  ticketUpdate: {
    may: [...AGENTS, 'partner'],
    input: ({ ticket, organization, category, field }, _, n) => ({
      fields: [{ fieldId: field.id, value: ticket.mark }],
      id: ticket.id,
      categoryId: category.id,
      organizationId: organization.id,
      product: `Product ${n}`,
    }),
    unchecked: { organizationId: 'organizations are known to another service; a wrong one shows as none' },
  },
  ticketAssign: {
    may: [...AGENTS, 'partner'],
    input: ({ ticket, agent, department }) => ({ id: ticket.id, assigneeId: agent.id, departmentId: department.id }),
  },
  ticketNext: { may: [...AGENTS, 'partner'], input: ({ department }) => ({ departmentId: department.id }) },
  ticketStatusChange: { may: [...AGENTS, 'partner'], input: ({ ticket }) => ({ id: ticket.id, status: 'PENDING' }) },
  ticketSnooze: { may: [...AGENTS, 'partner'], input: ({ ticket }) => ({ id: ticket.id }) },
  ticketWake: { may: [...AGENTS, 'partner'], input: ({ ticket }) => ({ id: ticket.id }) },
  ticketRequesterChange: {
    may: [...AGENTS, 'partner'],
    input: async (things, _, n, desk) => ({ id: await freshTicket(things, n, desk), requester: { customerId: things.customer.id } }),
  },
  ticketMerge: {
    may: [...AGENTS, 'partner'],
    input: async (things, _, n, desk) => ({ ids: [await freshTicket(things, n, desk)], intoId: things.ticket.id }),
  },
  ticketLink: {
    may: [...AGENTS, 'partner'],
    input: async (things, _, n, desk) => ({ id: things.ticket.id, otherId: await freshTicket(things, n, desk), kind: 'RELATED' }),
  },
  ticketUnlink: { may: [...AGENTS, 'partner'], input: async (things, _, n, desk) => freshLink(things, n, desk) },
  ticketSplit: {
    may: [...AGENTS, 'partner'],
    input: async (things, _, n, desk) => {
      const ticketId = await freshTicket(things, n, desk);
      const note = { ticketId, body: 'Moves.', visibility: 'PRIVATE' };
      const { message } = await desk.done<{ message: { id: string } }>('partner', 'messageAdd', note, 'message { id }');
      return { id: ticketId, messageIds: [message.id], subject: `Split ${n}`, departmentId: things.department.id };
    },
  },
  operationUndo: { may: [...AGENTS, 'partner'], input: async (things, _, n, desk) => ({ id: await freshMerge(things, n, desk) }) },
  ticketSpamMark: { may: [...AGENTS, 'partner'], input: ({ ticket }) => ({ id: ticket.id, spam: false }) },
  ticketDelete: { may: [...LEADS, 'partner'], input: async (things, _, n, desk) => ({ id: await freshTicket(things, n, desk) }) },
  ticketRestore: { may: [...LEADS, 'partner'], input: ({ ticket }) => ({ id: ticket.id }) },
  ticketPurge: { may: ['admin', 'partner'], input: async (things, _, n, desk) => ({ id: await freshTicket(things, n, desk, true) }) },
  attachmentUploadCreate: {
    may: WRITERS,
    input: (_, __, n) => ({ name: `file ${n}.txt`, contentType: 'text/plain', size: n + 1 }),
  },
  messageAdd: {
    may: ['customer', ...STAFF, 'partner'],
    input: async ({ ticket, file }, caller, n, desk) => ({
      ticketId: ticket.id,
      attachmentIds: [await freshFile(file.id, caller, n, desk)],
      body: 'Text.',
      visibility: caller === 'light' ? 'PRIVATE' : 'PUBLIC',
      override: true,
    }),
  },
  messageRedact: {
    may: [...LEADS, 'partner'],
    input: async (things, _, n, desk) => freshMessage(things, n, desk),
  },
  presenceSet: {
    may: ['customer', ...STAFF, 'partner'],
    input: ({ ticket }, _, n) => ({ ticketId: ticket.id, activity: n % 2 ? 'TYPING' : 'VIEWING' }),
  },
  ticketImport: {
    may: ['partner'],
    input: ({ customer, agent, department }, _, n) => ({
      externalId: `import ${n}`,
      subject: 'Old',
      body: 'Old text.',
      createdAt: '2026-01-01T00:00:00Z',
      requester: { customerId: customer.id },
      authorId: agent.id,
      assigneeId: agent.id,
      departmentId: department.id,
      history: [
        {
          at: '2026-01-02T00:00:00Z',
          assigneeId: agent.id,
          departmentId: department.id,
          authorId: agent.id,
          body: 'Reply.',
          visibility: 'PUBLIC',
        },
      ],
    }),
  },
  customerCreate: {
    may: [...AGENTS, 'partner'],
    input: ({ organization }, _, n) => ({ name: `Customer ${n}`, organizationIds: [organization.id] }),
  },
  customerUpdate: {
    may: ['customer', ...AGENTS, 'partner'],
    input: ({ customer, organization }, caller) => ({
      id: customer.id,
      name: 'Somebody',
      ...(caller !== 'customer' && { organizationIds: [organization.id] }),
    }),
  },
  customerUpsert: {
    may: [...AGENTS, 'partner'],
    input: (_, __, n) => ({ identity: { kind: 'EMAIL', value: `upsert${n}@desk.example` }, onCreate: { name: 'New' }, onUpdate: {} }),
  },
  organizationCreate: { may: [...AGENTS, 'partner'], input: (_, __, n) => ({ name: `Organization ${n}` }) },
  organizationUpdate: { may: [...AGENTS, 'partner'], input: ({ organization }, _, n) => ({ id: organization.id, tier: `tier ${n}` }) },
  knowledgeBaseCreate: {
    may: ['admin', 'partner'],
    input: (_, __, n) => ({ name: `Base ${n}`, slug: `base-${n}`, audience: 'EXTERNAL', locales: ['en'] }),
  },
  sectionCreate: {
    may: [...LEADS, 'partner'],
    input: ({ base, section }, _, n) => ({ knowledgeBaseId: base.id, parentId: section.id, title: `Section ${n}` }),
  },
  articleCreate: {
    may: [...AGENTS, 'partner'],
    input: ({ base, section, agent }, _, n) => ({
      knowledgeBaseId: base.id,
      sectionId: section.id,
      ownerId: agent.id,
      title: `Article ${n}`,
      body: 'Text.',
    }),
    unchecked: { ownerId: 'agents are known to another service; a wrong one shows as none' },
  },
  articleUpdate: {
    may: [...AGENTS, 'partner'],
    input: ({ article, section, agent }, _, n) => ({ id: article.id, sectionId: section.id, ownerId: agent.id, comment: `Change ${n}` }),
    unchecked: { ownerId: 'agents are known to another service; a wrong one shows as none' },
  },
  articlePublish: { may: [...LEADS, 'partner'], input: async (things, _, n, desk) => ({ id: await freshArticle(things, n, desk) }) },
  articleArchive: { may: [...LEADS, 'partner'], input: async (things, _, n, desk) => ({ id: await freshArticle(things, n, desk) }) },
};

/** Fields below the root with a right of their own: how a customer gets to each, what refuses it to him, and the least of the staff who may (default light). */
export const FIELDS: Record<string, { from: Kind; type: string; select: string; least?: Caller }> = {
  'Ticket.links': { from: 'ticket', type: 'Ticket', select: 'links { kind }' },
  'Ticket.problem': { from: 'ticket', type: 'Ticket', select: 'problem { id }' },
  'Ticket.incidents': { from: 'ticket', type: 'Ticket', select: 'incidents { totalCount }' },
  'Ticket.operations': { from: 'ticket', type: 'Ticket', select: 'operations { id }', least: 'agent' },
  'Ticket.snooze': { from: 'ticket', type: 'Ticket', select: 'snooze { until }' },
  'Ticket.tags': { from: 'ticket', type: 'Ticket', select: 'tags { id }' },
  'Ticket.viewers': { from: 'ticket', type: 'Ticket', select: 'viewers { activity }' },
  'Department.agents': { from: 'department', type: 'Department', select: 'agents { totalCount }' },
  'Department.tickets': { from: 'department', type: 'Department', select: 'tickets { totalCount }' },
  'Agent.email': { from: 'agent', type: 'Agent', select: 'email' },
  'Agent.role': { from: 'agent', type: 'Agent', select: 'role' },
  'Agent.tickets': { from: 'agent', type: 'Agent', select: 'tickets { totalCount }' },
  'Organization.customers': { from: 'organization', type: 'Organization', select: 'customers { totalCount }' },
  'Article.versions': { from: 'article', type: 'Article', select: 'versions { totalCount }' },
  'Article.owner': { from: 'article', type: 'Article', select: 'owner { id }' },
  'Article.reviewAt': { from: 'article', type: 'Article', select: 'reviewAt' },
};
