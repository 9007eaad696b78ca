import { randomBytes } from 'node:crypto';
import { newId } from '@deskgraph/common/id';
import { type Desk, made } from './desk.ts';

/** One thing, and a word that stands in it and nowhere else. */
export interface Thing {
  id: string;
  mark: string;
}

export const PREFIXES = {
  ticket: 'tkt',
  message: 'msg',
  note: 'msg',
  file: 'att',
  paper: 'att',
  agent: 'agt',
  department: 'dep',
  tag: 'tag',
  view: 'vie',
  canned: 'can',
  macro: 'mac',
  access: 'rol',
  path: 'esc',
  job: 'job',
  category: 'cat',
  field: 'fld',
  status: 'sta',
  form: 'frm',
  customer: 'cus',
  organization: 'org',
  base: 'kba',
  section: 'sec',
  article: 'art',
  draft: 'art',
} as const;
export type Kind = keyof typeof PREFIXES;
export const KINDS = Object.keys(PREFIXES) as Kind[];
/** `number` is the ticket's, `email` the customer's. */
export type Things = Record<Kind, Thing> & { number: number; email: string };

const word = (kind: string): string => `q${kind}${randomBytes(5).toString('hex')}`;

/** Ids that nothing has. */
export const nothing = (): Things => ({
  ...(Object.fromEntries(
    KINDS.map((kind) => [kind, { id: newId(PREFIXES[kind]), mark: word(kind) }]),
  ) as Record<Kind, Thing>),
  number: 2_000_000_000,
  email: 'nobody@nowhere.example',
});

/** One thing of each kind around a customer of the desk, in a knowledge base for everybody or for staff. */
export async function makeThings(
  desk: Desk,
  customer: 'customer' | 'customer2',
  audience: 'EXTERNAL' | 'INTERNAL',
): Promise<Things> {
  const things = nothing();
  const mark = (kind: Kind): string => things[kind].mark;
  const make = async (
    kind: Kind,
    who: 'admin' | 'partner',
    name: string,
    field: string,
    input: object,
  ): Promise<void> => {
    things[kind].id = await made(desk, who, name, field, input);
  };
  things.customer.id = desk.ids[customer];
  things.email = desk.emails[customer];
  await Promise.all([
    make('department', 'admin', 'departmentCreate', 'department', { name: mark('department') }),
    make('field', 'admin', 'ticketFieldCreate', 'ticketField', {
      key: mark('field'),
      label: mark('field'),
      kind: 'TEXT',
      visibleToRequester: true,
      editableByRequester: true,
    }),
    make('status', 'admin', 'customStatusCreate', 'customStatus', {
      base: 'PENDING',
      label: mark('status'),
      requesterLabel: 'Waits',
    }),
    make('form', 'admin', 'ticketFormCreate', 'ticketForm', { name: mark('form'), fields: [] }),
    make('category', 'admin', 'ticketCategoryCreate', 'ticketCategory', { name: mark('category') }),
    make('canned', 'admin', 'cannedResponseCreate', 'cannedResponse', {
      title: mark('canned'),
      body: 'Hello',
    }),
    make('macro', 'admin', 'macroCreate', 'macro', {
      name: mark('macro'),
      actions: [{ note: 'Text.' }],
    }),
    make('access', 'admin', 'accessRoleCreate', 'accessRole', {
      name: mark('access'),
      base: 'AGENT',
      scopes: ['tickets:read'],
    }),
    make('job', 'admin', 'ticketsUpdate', 'job', {
      ids: [nothing().ticket.id],
      action: { note: mark('job') },
    }),
    make('view', 'admin', 'viewCreate', 'view', {
      name: mark('view'),
      sharing: 'PUBLIC',
      filter: {},
    }),
    make('organization', 'admin', 'organizationCreate', 'organization', {
      name: mark('organization'),
      domains: [`${mark('organization')}.example`],
    }),
    make('base', 'admin', 'knowledgeBaseCreate', 'knowledgeBase', {
      name: mark('base'),
      slug: mark('base'),
      audience,
      locales: ['en'],
    }),
  ]);
  const { base, section, organization, department } = things;
  await Promise.all([
    make('path', 'admin', 'escalationPathCreate', 'escalationPath', {
      name: mark('path'),
      filter: { number: { eq: -1 } },
      steps: [{ departmentId: department.id, after: 'PT1H' }],
    }),
    make('agent', 'admin', 'agentInvite', 'agent', {
      name: mark('agent'),
      email: `${mark('agent')}@desk.example`,
      role: 'AGENT',
      departmentIds: [department.id],
    }),
    make('section', 'admin', 'sectionCreate', 'section', {
      knowledgeBaseId: base.id,
      title: mark('section'),
    }),
    desk.done('admin', 'customerUpdate', {
      id: things.customer.id,
      tier: mark('customer'),
      organizationIds: [organization.id],
    }),
  ]);
  const text = (kind: Kind): object => ({
    knowledgeBaseId: base.id,
    sectionId: section.id,
    title: mark(kind),
    slug: mark(kind),
    body: mark(kind),
  });
  await Promise.all([
    make('article', 'admin', 'articleCreate', 'article', text('article')),
    make('draft', 'admin', 'articleCreate', 'article', text('draft')),
    openTicket(desk, things),
  ]);
  await desk.done('admin', 'articlePublish', { id: things.article.id });
  return things;
}

async function openTicket(desk: Desk, things: Things): Promise<void> {
  const {
    ticket,
    message,
    note,
    file,
    paper,
    agent,
    department,
    customer,
    tag,
    category,
    field,
    form,
  } = things;
  const input = {
    subject: ticket.mark,
    body: message.mark,
    requester: { customerId: customer.id },
    assigneeId: agent.id,
    departmentId: department.id,
    categoryId: category.id,
    formId: form.id,
    fields: [{ fieldId: field.id, value: ticket.mark }],
    tags: [tag.mark],
    attachmentIds: [(file.id = await desk.upload('partner', file.mark))],
  };
  const made = await desk.done<{
    ticket: { id: string; number: number; tags: { id: string }[] };
    message: { id: string };
  }>('partner', 'ticketCreate', input, 'ticket { id number tags { id } } message { id }');
  ticket.id = made.ticket.id;
  message.id = made.message.id;
  tag.id = made.ticket.tags[0]!.id;
  things.number = made.ticket.number;
  const written = await desk.done<{ message: { id: string } }>(
    'light',
    'messageAdd',
    {
      ticketId: ticket.id,
      body: note.mark,
      visibility: 'PRIVATE',
      attachmentIds: [(paper.id = await desk.upload('light', paper.mark))],
    },
    'message { id }',
  );
  note.id = written.message.id;
}
