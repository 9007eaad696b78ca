import type { Kind, Things } from '../things.ts';
import { AGENTS, type Caller, LEADS, READERS, SIGNED_IN, STAFF } from './callers.ts';

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
  // All of them are offered to requesters.
  form: { own: SIGNED_IN.filter((caller) => caller !== 'clerk'), others: SIGNED_IN.filter((caller) => caller !== 'clerk') },
  // Requesters read those of their tickets there, by the name for them.
  status: { own: [...READERS, 'partner', 'reader'], others: [...READERS, 'partner', 'reader'] },
  view: { own: [...READERS, 'partner', 'reader'], others: [...READERS, 'partner', 'reader'] },
  canned: { own: [...AGENTS, 'partner', 'reader'], others: [...AGENTS, 'partner', 'reader'] },
  macro: { own: [...AGENTS, 'partner', 'reader'], others: [...AGENTS, 'partner', 'reader'] },
  access: { own: [...LEADS, 'partner'], others: [...LEADS, 'partner'] },
  path: { own: [...READERS, 'partner', 'reader'], others: [...READERS, 'partner', 'reader'] },
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
  /** What it can't be asked without, where no way says it. */
  plain?: (things: Things) => object;
  ways: Record<string, Way>;
}

const eq = (id: string): object => ({ eq: id });
/** What stands today still stands then. */
const SOON = '2100-01-01T00:00:00.000Z';

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
  escalationPaths: { may: [...LEADS, 'partner'], ways: { all: { kind: 'path', args: () => ({}) } } },
  accessRoles: { may: ['admin', 'partner'], ways: { all: { kind: 'access', args: () => ({}) } } },
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
  ticketForms: { may: [...STAFF, 'customer', 'partner', 'reader'], ways: { all: { kind: 'form', args: () => ({}) } } },
  customStatuses: { may: [...READERS, 'partner', 'reader'], ways: { all: { kind: 'status', args: () => ({}) } } },
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
  // Whose tickets they may be is asked of the mutations that they try.
  ticketsUpdatePreview: {
    may: [...AGENTS, 'partner', 'reader'],
    plain: ({ ticket }) => ({ input: { ids: [ticket.id], action: { priority: 'HIGH' } } }),
    ways: {},
  },
  ticketMergePreview: {
    may: [...AGENTS, 'partner', 'reader'],
    plain: ({ ticket }) => ({ input: { ids: [ticket.id], intoId: ticket.id } }),
    ways: {},
  },
  ticketSplitPreview: {
    may: [...AGENTS, 'partner', 'reader'],
    plain: ({ ticket, message }) => ({ input: { id: ticket.id, messageIds: [message.id], subject: 'Cut out' } }),
    ways: {},
  },
  operationUndoPreview: { may: [...AGENTS, 'partner', 'reader'], plain: ({ ticket }) => ({ id: ticket.id }), ways: {} },
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
      number: { kind: 'ticket', args: ({ number }) => ({ filter: { text: `#${number}` } }), foreign: false, alone: false },
      organization: { kind: 'ticket', args: ({ organization }) => ({ filter: { organizationId: eq(organization.id) } }) },
      assignee: { kind: 'ticket', args: ({ agent }) => ({ filter: { assigneeId: eq(agent.id) } }) },
      label: { kind: 'tag', args: ({ tag }) => ({ filter: { tag: { any: [tag.mark] } } }) },
    },
  },
  ticketsAt: {
    may: [...READERS, 'partner', 'reader'],
    ways: {
      all: { kind: 'ticket', args: () => ({ time: SOON, first: 100 }) },
      id: { kind: 'ticket', args: ({ ticket }) => ({ time: SOON, filter: { id: eq(ticket.id) } }) },
      label: { kind: 'tag', args: ({ tag }) => ({ time: SOON, filter: { tag: { any: [tag.mark] } } }) },
    },
  },
  // A cluster takes three tickets; whom it knows is asked beside its code.
  ticketClusters: { may: [...STAFF, 'partner', 'reader'], ways: {} },
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
  ticketReport: {
    may: ['analyst', ...LEADS, 'partner'],
    plain: () => ({ by: ['STATUS'], measures: ['CREATED'], period: { last: 'P1D' } }),
    ways: {},
  },
};

/** Fields below the root with a right of their own: how a customer gets to each, what refuses it to him, the least of the staff who may (default light), and what it stands within. */
export const FIELDS: Record<string, { from: Kind; type: string; select: string; least?: Caller; within?: string[] }> = {
  'Ticket.at': { from: 'ticket', type: 'Ticket', select: `at(time: "${SOON}") { subject }` },
  'Ticket.contributions': { from: 'ticket', type: 'Ticket', select: 'contributions { replies }' },
  'Ticket.diff': { from: 'ticket', type: 'Ticket', select: `diff(from: "2020-01-01T00:00:00Z", to: "${SOON}") { field }` },
  'Ticket.escalation': { from: 'ticket', type: 'Ticket', select: 'escalation { step }' },
  'Ticket.links': { from: 'ticket', type: 'Ticket', select: 'links { kind }' },
  'Ticket.problem': { from: 'ticket', type: 'Ticket', select: 'problem { id }' },
  'Ticket.incidents': { from: 'ticket', type: 'Ticket', select: 'incidents { totalCount }' },
  'Ticket.drafts': { from: 'ticket', type: 'Ticket', select: 'drafts { id }', least: 'agent' },
  'Ticket.operations': { from: 'ticket', type: 'Ticket', select: 'operations { id }', least: 'agent' },
  'Ticket.similar': { from: 'ticket', type: 'Ticket', select: 'similar { score }' },
  'Ticket.snooze': { from: 'ticket', type: 'Ticket', select: 'snooze { until }' },
  'Ticket.suggestedMacros': { from: 'ticket', type: 'Ticket', select: 'suggestedMacros { id }', least: 'agent' },
  'Ticket.tags': { from: 'ticket', type: 'Ticket', select: 'tags { id }' },
  'Message.mentions': { from: 'message', type: 'Message', select: 'mentions { id }' },
  'Ticket.viewers': { from: 'ticket', type: 'Ticket', select: 'viewers { activity }' },
  'TicketEvent.cause': {
    from: 'ticket',
    type: 'Ticket',
    select: 'timeline(first: 1) { nodes { cause { event { id } } } }',
    within: ['timeline', 'nodes', '0'],
  },
  'Department.agents': { from: 'department', type: 'Department', select: 'agents { totalCount }' },
  'Department.tickets': { from: 'department', type: 'Department', select: 'tickets { totalCount }' },
  'Agent.accessRole': { from: 'agent', type: 'Agent', select: 'accessRole { id }', least: 'lead' },
  'Agent.email': { from: 'agent', type: 'Agent', select: 'email' },
  'Agent.role': { from: 'agent', type: 'Agent', select: 'role' },
  'Agent.tickets': { from: 'agent', type: 'Agent', select: 'tickets { totalCount }' },
  'Organization.customers': { from: 'organization', type: 'Organization', select: 'customers { totalCount }' },
  'Article.versions': { from: 'article', type: 'Article', select: 'versions { totalCount }' },
  'Article.owner': { from: 'article', type: 'Article', select: 'owner { id }' },
  'Article.reviewAt': { from: 'article', type: 'Article', select: 'reviewAt' },
};
