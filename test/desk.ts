import { randomBytes } from 'node:crypto';
import { type Actor, Role, SCOPES } from '@deskgraph/common/access';
import { newId, toUuid } from '@deskgraph/common/id';
import { type Answer, app, dataOf, person } from '@deskgraph/common/testing';
import { signActor } from '@deskgraph/common/token';
import type { Place } from './place.ts';
import { until } from './until.ts';

/** Everybody who may knock: staff by role, two customers, a partner app with every scope, apps with one scope only, and nobody. */
export const PEOPLE = [
  'admin',
  'lead',
  'agent',
  'agent2',
  'light',
  'analyst',
  'customer',
  'customer2',
  'partner',
  'reader',
  'clerk',
  'nobody',
] as const;
export type Who = (typeof PEOPLE)[number];

const ROLES = {
  admin: Role.ADMIN,
  lead: Role.LEAD,
  agent: Role.AGENT,
  agent2: Role.AGENT,
  light: Role.LIGHT,
  analyst: Role.ANALYST,
  customer: Role.REQUESTER,
  customer2: Role.REQUESTER,
} as const;
export const NAMES: Record<keyof typeof ROLES, string> = {
  admin: 'Ada Admin',
  lead: 'Leo Lead',
  agent: 'Ana Agent',
  agent2: 'Ben Agent',
  light: 'Lin Light',
  analyst: 'Nia Analyst',
  customer: 'Marta Customer',
  customer2: 'Jure Customer',
};

export interface UserError {
  code: string;
  field: string[] | null;
}

/** A workspace of a running platform, with its people. */
export interface Desk {
  /** Typed id. */
  workspace: string;
  tokens: Record<Who, string | undefined>;
  /** Ids of the people: `agt_…`, `cus_…`, `app_…`. */
  ids: Record<Exclude<Who, 'nobody'>, string>;
  emails: Record<keyof typeof ROLES, string>;
  departments: { sales: string; support: string };
  ask<Data>(
    who: Who,
    query: string,
    variables?: object,
    headers?: Record<string, string>,
  ): Promise<Answer<Data>>;
  /** The data; fails with the whole answer when there are errors. */
  data<Data>(who: Who, query: string, variables?: object): Promise<Data>;
  /** One mutation that takes `input`; gives its payload. */
  change<Payload>(
    who: Who,
    name: string,
    input: object,
    selection?: string,
  ): Promise<Payload & { userErrors: UserError[] }>;
  /** The same; fails when it is refused. */
  done<Payload>(who: Who, name: string, input: object, selection?: string): Promise<Payload>;
  /** A ticket of `customer`. */
  ticket(more?: object, who?: Who): Promise<{ id: string; number: number; version: number }>;
  /** A public answer of somebody who has read the ticket as it is now. */
  reply(who: Who, ticketId: string, more?: object): Promise<void>;
  /** A small file of the caller that waits for a message; gives its id. */
  upload(who: Who, name: string): Promise<string>;
  /** The token that the gateway would show a service on behalf of this caller. */
  internal(who: Exclude<Who, 'nobody'>): Promise<string>;
}

/** One request to a graph; the raw text too, for whoever looks for what must not be in it. */
export async function post<Data>(
  url: string,
  token: string | undefined,
  query: string,
  variables: object = {},
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string; answer: Answer<Data> }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  try {
    return { status: response.status, text, answer: JSON.parse(text) as Answer<Data> };
  } catch {
    throw new Error(`Not JSON, status ${response.status}: ${text.slice(0, 500)}`);
  }
}

/** Was the answer, or a part of it, given up for lack of time? */
export const isLate = ({ errors }: Answer<unknown>): boolean =>
  errors?.some(({ extensions }) => extensions.code === 'UNAVAILABLE') ?? false;

export const mutation = (name: string, selection: string): string =>
  `mutation ($input: ${name[0]!.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${selection} userErrors { code field } } }`;

/** Makes one thing; gives its id. */
export async function made(
  desk: Desk,
  who: Who,
  name: string,
  field: string,
  input: object,
): Promise<string> {
  const payload = await desk.done<Record<string, { id: string }>>(
    who,
    name,
    input,
    `${field} { id }`,
  );
  return payload[field]!.id;
}

export async function openDesk(platform: Place): Promise<Desk> {
  const place = `desk-${randomBytes(4).toString('hex')}`;
  const emails = Object.fromEntries(
    Object.keys(ROLES).map((key) => [key, `${key}@${place}.example`]),
  ) as Desk['emails'];
  const workspace = await platform.bootstrap(place, emails.admin);
  const uuid = toUuid('wsp', workspace)!;
  const issue = (claims: {
    sub: string;
    email?: string;
    name?: string;
    scope?: string;
  }): Promise<string> => platform.issuer.issueToken({ ...claims, workspace }, '1 hour');
  const tokens: Desk['tokens'] = { nobody: undefined } as Desk['tokens'];
  for (const [key, email] of Object.entries(emails))
    tokens[key as Who] = await issue({ sub: email, email });
  const ids = { partner: newId('app'), reader: newId('app'), clerk: newId('app') } as Desk['ids'];
  tokens.partner = await issue({ sub: ids.partner, name: 'Partner', scope: SCOPES.join(' ') });
  tokens.reader = await issue({ sub: ids.reader, name: 'Reader', scope: 'tickets:read' });
  tokens.clerk = await issue({ sub: ids.clerk, name: 'Clerk', scope: 'customers:read' });

  const desk: Desk = {
    workspace,
    tokens,
    ids,
    emails,
    departments: { sales: '', support: '' },
    ask: async <Data>(who: Who, query: string, variables = {}, headers = {}) =>
      (await post<Data>(platform.url, tokens[who], query, variables, headers)).answer,
    data: async <Data>(who: Who, query: string, variables = {}) =>
      // A read that is given up for lack of time, on a busy machine, is asked again, as clients do.
      until(`an answer to ${query.slice(0, 100)}`, async () => {
        const answer = await desk.ask<Data>(who, query, variables);
        return (query.startsWith('mutation') || !isLate(answer)) && dataOf(answer);
      }),
    change: async <Payload>(who: Who, name: string, input: object, selection = '') => {
      const data = await desk.data<Record<string, Payload & { userErrors: UserError[] }>>(
        who,
        mutation(name, selection),
        { input },
      );
      return data[name]!;
    },
    done: async <Payload>(who: Who, name: string, input: object, selection = '') => {
      const payload = await desk.change<Payload>(who, name, input, selection);
      if (payload.userErrors.length)
        throw new Error(`${name} is refused: ${JSON.stringify(payload.userErrors)}`);
      return payload;
    },
    ticket: async (more = {}, who = 'customer') => {
      const input = {
        subject: 'Where is my parcel?',
        body: 'It should have come on Monday.',
        ...more,
      };
      const { ticket } = await desk.done<{
        ticket: { id: string; number: number; version: number };
      }>(who, 'ticketCreate', input, 'ticket { id number version }');
      return ticket;
    },
    reply: async (who, ticketId, more = {}) => {
      const { ticket } = await desk.data<{ ticket: { cursor: string } }>(
        who,
        'query ($id: ID!) { ticket(id: $id) { cursor } }',
        {
          id: ticketId,
        },
      );
      await desk.done(who, 'messageAdd', {
        ticketId,
        body: 'An answer.',
        visibility: 'PUBLIC',
        seen: ticket.cursor,
        ...more,
      });
    },
    upload: async (who, name) => {
      const file = { name, contentType: 'text/plain' };
      const { attachment, uploadUrl } = await desk.done<{
        attachment: { id: string };
        uploadUrl: string;
      }>(
        who,
        'attachmentUploadCreate',
        { ...file, size: name.length },
        'attachment { id } uploadUrl',
      );
      const sent = await fetch(uploadUrl, {
        method: 'PUT',
        headers: { 'content-type': file.contentType },
        body: name,
      });
      if (!sent.ok) throw new Error(`The upload is refused: ${sent.status} ${await sent.text()}`);
      return attachment.id;
    },
    internal: (who) => signActor(actorOf(who), platform.secret),
  };

  const actorOf = (who: Exclude<Who, 'nobody'>): Actor => {
    if (who === 'partner') return app(uuid, SCOPES);
    if (who === 'reader') return app(uuid, ['tickets:read']);
    if (who === 'clerk') return app(uuid, ['customers:read']);
    return person(ROLES[who], uuid, { id: ids[who], name: NAMES[who] });
  };

  await hire(desk);
  return desk;
}

/** The administrator invites the staff, enters the customers and makes the departments. */
async function hire(desk: Desk): Promise<void> {
  const { viewer } = await desk.data<{ viewer: { actor: { id: string } } }>(
    'admin',
    '{ viewer { actor { id } } }',
  );
  desk.ids.admin = viewer.actor.id;
  const invite = async (who: 'lead' | 'agent' | 'agent2' | 'light' | 'analyst'): Promise<void> => {
    const input = { email: desk.emails[who], name: NAMES[who], role: ROLES[who] };
    desk.ids[who] = await made(desk, 'admin', 'agentInvite', 'agent', input);
  };
  const enter = async (who: 'customer' | 'customer2'): Promise<void> => {
    const input = { name: NAMES[who], identities: [{ kind: 'EMAIL', value: desk.emails[who] }] };
    desk.ids[who] = await made(desk, 'admin', 'customerCreate', 'customer', input);
  };
  const open = async (key: 'sales' | 'support', name: string): Promise<void> => {
    desk.departments[key] = await made(desk, 'admin', 'departmentCreate', 'department', { name });
  };
  await Promise.all([
    ...(['lead', 'agent', 'agent2', 'light', 'analyst'] as const).map(invite),
    ...(['customer', 'customer2'] as const).map(enter),
    open('sales', 'Sales'),
    open('support', 'Support'),
  ]);
  await desk.done('admin', 'departmentUpdate', {
    id: desk.departments.sales,
    agentIds: [desk.ids.agent, desk.ids.lead],
  });
}
