import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Actor, Role } from '@deskgraph/common/auth/access';
import {
  TEST_SECRET,
  type GraphqlResponse,
  type TestService,
  appActor,
  countStatements,
  dataOrThrow,
  newWorkspace,
  userActor,
  startTestService,
} from '@deskgraph/common/testing/testing';
import { newId } from '@deskgraph/common/core/id';
import { signActor, systemActor } from '@deskgraph/common/auth/token';
import { Client } from 'pg';
import { migrations } from '../migrations/all.ts';
import { subgraph } from './subgraph.ts';

interface Customer {
  id: string;
  name: string;
  kind: string;
  email: string | null;
  phone: string | null;
  locale: string | null;
  tier: string | null;
  version: number;
  location: { city: string | null; country: string | null } | null;
  identities: { kind: string; value: string; primary: boolean }[];
  externalIds: { value: string; app: { id: string } | null }[];
  organizations: { id: string; name: string }[];
}
interface Payload {
  customer: Customer | null;
  created?: boolean | null;
  userErrors: { code: string; field: string[] | null }[];
}

const FIELDS = `id name kind email phone locale tier version location { city country } identities { kind value primary }
  externalIds { value app { id } } organizations { id name }`;

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ ...subgraph, backgroundTasks: () => [] }, migrations);
});
afterAll(() => service.stop());

const ask = async <Data>(actor: Actor, query: string, variables: object = {}): Promise<Data> =>
  dataOrThrow(await service.query<Data>(actor, query, variables));

async function change(
  actor: Actor,
  verb: 'Create' | 'Update' | 'Upsert',
  input: object,
): Promise<Payload> {
  const created = verb === 'Upsert' ? 'created' : '';
  const data = await ask<Record<string, Payload>>(
    actor,
    `mutation($input: Customer${verb}Input!) { customer${verb}(input: $input) { customer { ${FIELDS} } ${created} userErrors { code field } } }`,
    { input },
  );
  return data[`customer${verb}`]!;
}

async function made(actor: Actor, input: object): Promise<Customer> {
  const { customer, userErrors } = await change(actor, 'Create', input);
  expect(userErrors).toEqual([]);
  return customer!;
}

async function organization(
  actor: Actor,
  input: object,
): Promise<{ organization: { id: string } | null; userErrors: Payload['userErrors'] }> {
  const query = `mutation($input: OrganizationCreateInput!) { organizationCreate(input: $input) { organization { id } userErrors { code field } } }`;
  return (
    await ask<{ organizationCreate: Awaited<ReturnType<typeof organization>> }>(actor, query, {
      input,
    })
  ).organizationCreate;
}

async function names(actor: Actor, filter: object): Promise<string[]> {
  const query = `query($filter: CustomerFilter) { customers(filter: $filter, first: 100) { totalCount nodes { name } } }`;
  const { customers } = await ask<{ customers: { totalCount: number; nodes: { name: string }[] } }>(
    actor,
    query,
    { filter },
  );
  expect(customers.totalCount).toBe(customers.nodes.length);
  return customers.nodes.map((node) => node.name);
}

const entities = <T>(
  actor: Actor,
  representations: object[],
  fields: string,
): Promise<{ _entities: (T | null)[] }> =>
  ask(actor, `query($all: [_Any!]!) { _entities(representations: $all) { ${fields} } }`, {
    all: representations,
  });

const mail = (value: string) => ({ kind: 'EMAIL', value });
const codes = ({ errors }: GraphqlResponse<unknown>) =>
  errors?.map((error) => error.extensions.code);

async function facts(
  workspace: string,
): Promise<
  { type: string; subject: string; version: number; data: { changes?: object; state?: object } }[]
> {
  const em = service.service.orm.em.fork();
  em.setSessionContext({ variables: { 'desk.workspace': '*' } });
  return em.transactional((inside) =>
    inside.execute(
      `select type, subject, version, data from (select event_id, workspace_id, type, subject, version, data from outbox
        union all select event_id, workspace_id, type, subject, version, data from event_log) as facts where workspace_id = ? order by event_id`,
      [workspace],
    ),
  );
}

describe('a customer', () => {
  test('has normalised identities and joins the organization of the email domain', async () => {
    const agent = userActor(Role.AGENT, newWorkspace());
    const { organization: acme } = await organization(agent, {
      name: 'Acme',
      domains: ['Acme.Example'],
    });
    const ana = await made(agent, {
      identities: [
        mail(' Ana@ACME.example '),
        mail('ana@home.example'),
        { kind: 'PHONE', value: '00386 40 123-456' },
        { kind: 'HANDLE', value: 'Twitter:@Ana' },
      ],
      location: { city: 'Maribor', country: 'si' },
      locale: 'sl-si',
    });
    expect(ana).toMatchObject({
      name: 'ana@acme.example',
      kind: 'CUSTOMER',
      email: 'ana@acme.example',
      phone: '+38640123456',
      locale: 'sl-SI',
      version: 1,
    });
    expect(ana.location).toEqual({ city: 'Maribor', country: 'SI' });
    expect(ana.organizations).toEqual([{ id: acme!.id, name: 'Acme' }]);
    expect(ana.identities).toEqual([
      { kind: 'EMAIL', value: 'ana@acme.example', primary: true },
      { kind: 'EMAIL', value: 'ana@home.example', primary: false },
      { kind: 'HANDLE', value: 'twitter:@ana', primary: true },
      { kind: 'PHONE', value: '+38640123456', primary: true },
    ]);
    expect(await facts(agent.workspace)).toMatchObject([
      { type: 'organization.created', subject: acme!.id },
      {
        type: 'customer.created',
        subject: ana.id,
        version: 1,
        data: { state: { name: 'ana@acme.example', organizationIds: [acme!.id] } },
      },
    ]);
  });

  test.each([
    ['nothing to show', {}, 'REQUIRED', ['name']],
    [
      'an address that is none',
      { identities: [mail('ana@')] },
      'INVALID',
      ['identities', '0', 'value'],
    ],
    [
      'a phone without country',
      { identities: [{ kind: 'PHONE', value: '040123456' }] },
      'INVALID',
      ['identities', '0', 'value'],
    ],
    ['too long a name', { name: 'a'.repeat(201) }, 'TOO_LONG', ['name']],
    [
      'no such country',
      { name: 'Ana', location: { country: 'XX' } },
      'INVALID',
      ['location', 'country'],
    ],
    [
      'no such organization',
      { name: 'Ana', organizationIds: ['org_nothing'] },
      'NOT_FOUND',
      ['organizationIds', '0'],
    ],
  ])('is refused with %s', async (_, input, code, field) => {
    const agent = userActor(Role.AGENT, newWorkspace());
    expect(await change(agent, 'Create', input)).toMatchObject({
      customer: null,
      userErrors: [{ code, field: ['input', ...field] }],
    });
    expect(await names(agent, {})).toEqual([]);
    expect(await facts(agent.workspace)).toEqual([]);
  });

  test('update: absent fields stay, null clears, and only a change makes a new version', async () => {
    const agent = userActor(Role.AGENT, newWorkspace());
    const { id } = await made(agent, {
      name: 'Ana',
      tier: 'gold',
      locale: 'sl',
      location: { city: 'Celje', country: 'SI' },
      identities: [mail('ana@x.example')],
    });
    const first = await change(agent, 'Update', { id, tier: null, location: { city: 'Koper' } });
    expect(first.customer).toMatchObject({
      name: 'Ana',
      tier: null,
      locale: 'sl',
      location: { city: 'Koper', country: 'SI' },
      version: 2,
    });
    expect((await change(agent, 'Update', { id, tier: null })).customer!.version).toBe(2);
    const unnamed = await change(agent, 'Update', {
      id,
      name: null,
      expectedVersion: 2,
      addIdentities: [{ kind: 'VISITOR', value: 'v1' }],
    });
    expect(unnamed.customer).toMatchObject({ name: 'ana@x.example', version: 3 });
    expect(
      (await change(agent, 'Update', { id, name: 'B', expectedVersion: 2 })).userErrors,
    ).toEqual([{ code: 'CONFLICT', field: ['input', 'expectedVersion'] }]);
    const left = await change(agent, 'Update', { id, removeIdentities: [mail('ANA@x.example')] });
    expect(left.customer).toMatchObject({ name: 'v1', email: null });
    const told = await facts(agent.workspace);
    expect(told.map((fact) => [fact.type, fact.version])).toEqual([
      ['customer.created', 1],
      ['customer.updated', 2],
      ['customer.updated', 3],
      ['customer.updated', 4],
    ]);
    expect(told[1]!.data.changes).toEqual({
      tier: ['gold', null],
      location: [
        { city: 'Celje', region: null, country: 'SI', address: null },
        { city: 'Koper', region: null, country: 'SI', address: null },
      ],
    });
  });

  test('is upserted by an external id of the app or by an identity', async () => {
    const workspace = newWorkspace();
    const [shop, forum] = [appActor(workspace), appActor(workspace)];
    const values = {
      externalId: '42',
      onCreate: { name: 'Ana', tier: 'new' },
      onUpdate: { tier: 'old', identities: [mail('ana@x.example')] },
    };
    const first = await change(shop, 'Upsert', values);
    expect(first).toMatchObject({
      created: true,
      customer: { name: 'Ana', tier: 'new', externalIds: [{ value: '42', app: { id: shop.id } }] },
    });
    const second = await change(shop, 'Upsert', values);
    expect(second).toMatchObject({
      created: false,
      customer: { id: first.customer!.id, tier: 'old', email: 'ana@x.example' },
    });
    const other = await change(forum, 'Upsert', { ...values, onUpdate: {} });
    expect(other.created).toBe(true);
    expect(other.customer!.id).not.toBe(first.customer!.id);
    const byMail = await change(forum, 'Upsert', {
      identity: mail('Ana@x.example'),
      onCreate: { name: 'Nobody' },
      onUpdate: { name: 'Ana B' },
    });
    expect(byMail).toMatchObject({
      created: false,
      customer: { id: first.customer!.id, name: 'Ana B' },
    });
    const taken = await change(forum, 'Upsert', {
      ...values,
      onUpdate: { identities: [mail('new@x.example'), mail('ana@x.example')] },
    });
    expect(taken.userErrors).toEqual([
      { code: 'IDENTITY_TAKEN', field: ['input', 'onUpdate', 'identities', '1'] },
    ]);
    expect(await names(appActor(workspace), { email: { eq: 'new@x.example' } })).toEqual([]);
    expect(
      (await change(shop, 'Upsert', { ...values, identity: mail('a@x.example') })).userErrors[0]!
        .code,
    ).toBe('INVALID');
    const query = `query($id: String) { customer(externalId: $id) { id } }`;
    expect(await ask(forum, query, { id: '42' })).toEqual({ customer: { id: other.customer!.id } });
  });
});

describe('concurrent requests', () => {
  test('20 creates with the same identity make one customer', async () => {
    const agent = userActor(Role.AGENT, newWorkspace());
    const tries = Array.from({ length: 20 }, (_, at) =>
      change(agent, 'Create', {
        name: `Ana ${at}`,
        identities: [mail('ana@x.example'), mail(`ana${at}@x.example`)].toSorted(() =>
          at % 2 ? 1 : -1,
        ),
      }),
    );
    const results = await Promise.all(tries);
    expect(results.filter((result) => result.customer)).toHaveLength(1);
    const refused = results
      .filter((result) => !result.customer)
      .map(({ userErrors }) => userErrors);
    expect(
      refused.every(
        ([error, ...more]) =>
          error!.code === 'IDENTITY_TAKEN' && error!.field![1] === 'identities' && !more.length,
      ),
    ).toBe(true);
    expect(await names(agent, {})).toHaveLength(1);
    expect(await facts(agent.workspace)).toHaveLength(1);
  });

  test.each([
    ['an identity', { identity: mail('ana@x.example') }],
    ['an external id', { externalId: '42' }],
  ])('20 upserts by %s make one customer, and all give him', async (_, key) => {
    const shop = appActor(newWorkspace());
    const input = {
      ...key,
      onCreate: { name: 'Ana', identities: [mail('b@x.example')] },
      onUpdate: { tier: 'gold' },
    };
    const results = await Promise.all(
      Array.from({ length: 20 }, () => change(shop, 'Upsert', input)),
    );
    expect(results.flatMap((result) => result.userErrors)).toEqual([]);
    expect(results.filter((result) => result.created)).toHaveLength(1);
    expect(new Set(results.map((result) => result.customer!.id)).size).toBe(1);
    expect(results[0]!.customer!.identities.map((each) => each.value).includes('b@x.example')).toBe(
      true,
    );
  });

  test('20 creates with the same idempotency key and no identity make one customer and return it', async () => {
    const agent = userActor(Role.AGENT, newWorkspace());
    const results = await Promise.all(
      Array.from({ length: 20 }, () =>
        change(agent, 'Create', { name: 'Ana', idempotencyKey: 'k' }),
      ),
    );
    expect(new Set(results.map((result) => result.customer?.id)).size).toBe(1);
    expect(await names(agent, {})).toEqual(['Ana']);
    expect(
      (await change(agent, 'Create', { name: 'Bor', idempotencyKey: 'k' })).userErrors[0]!.code,
    ).toBe('IDEMPOTENCY_MISMATCH');
  });

  test('of 20 organizations that claim the same email domain, one gets it', async () => {
    const agent = userActor(Role.AGENT, newWorkspace());
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        organization(agent, { name: `Acme ${at}`, domains: ['a.example', 'acme.example'] }),
      ),
    );
    expect(results.filter((result) => result.organization)).toHaveLength(1);
    expect(results.find((result) => !result.organization)!.userErrors[0]).toMatchObject({
      code: 'TAKEN',
      field: ['input', 'domains', '0'],
    });
    expect(
      (await organization(agent, { name: 'Post', domains: ['GMail.com'] })).userErrors,
    ).toEqual([{ code: 'INVALID', field: ['input', 'domains', '0'] }]);
  });
});

describe('a requester', () => {
  test('sees only themselves: no path shows, counts or changes another customer', async () => {
    const workspace = newWorkspace();
    const agent = userActor(Role.AGENT, workspace);
    const shop = appActor(workspace);
    const { organization: acme } = await organization(agent, {
      name: 'Acme',
      domains: ['acme.example'],
      externalId: 'A',
    });
    const { organization: other } = await organization(agent, {
      name: 'Other',
      domains: ['other.example'],
      externalId: 'O',
    });
    const ana = await made(agent, { name: 'Ana', identities: [mail('ana@acme.example')] });
    const { customer: bor } = await change(shop, 'Upsert', {
      externalId: 'B',
      onCreate: { name: 'Bor', identities: [mail('bor@other.example')] },
      onUpdate: {},
    });
    const me = userActor(Role.REQUESTER, workspace, { id: ana.id });

    const query = `query($id: ID, $external: String, $identity: IdentityInput) {
      byId: customer(id: $id) { id } byExternal: customer(externalId: $external) { id } byIdentity: customer(identity: $identity) { id } }`;
    const foreign = { id: bor!.id, external: 'B', identity: mail('bor@other.example') };
    expect(await ask(agent, query, foreign)).toEqual({
      byId: { id: bor!.id },
      byExternal: { id: bor!.id },
      byIdentity: { id: bor!.id },
    });
    expect(await ask(me, query, foreign)).toEqual({
      byId: null,
      byExternal: null,
      byIdentity: null,
    });
    expect(
      await ask(me, `query($id: ID) { customer(id: $id) { name organizations { id name } } }`, {
        id: ana.id,
      }),
    ).toEqual({
      customer: { name: 'Ana', organizations: [{ id: acme!.id, name: 'Acme' }] },
    });

    expect(codes(await service.query(me, `{ customers { totalCount } }`))).toEqual(['FORBIDDEN']);
    expect(codes(await service.query(me, `{ organizations { totalCount } }`))).toEqual([
      'FORBIDDEN',
    ]);
    const people = [ana.id, bor!.id].map((id) => ({ __typename: 'Customer', id }));
    expect((await entities(me, people, '... on Customer { name email }'))._entities).toEqual([
      { name: 'Ana', email: 'ana@acme.example' },
      null,
    ]);
    const companies = [acme!.id, other!.id].map((id) => ({ __typename: 'Organization', id }));
    expect((await entities(me, companies, '... on Organization { name }'))._entities).toEqual([
      { name: 'Acme' },
      null,
    ]);
    const company = `query($id: ID) { byId: organization(id: $id) { id } byExternal: organization(externalId: "O") { id } byDomain: organization(domain: "other.example") { id } }`;
    expect(await ask(me, company, { id: other!.id })).toEqual({
      byId: null,
      byExternal: null,
      byDomain: null,
    });
    const members = await service.query(
      me,
      `query($id: ID) { organization(id: $id) { name customers { totalCount nodes { id } } } }`,
      {
        id: acme!.id,
      },
    );
    expect(members.data).toEqual({ organization: { name: 'Acme', customers: null } });
    expect(codes(members)).toEqual(['FORBIDDEN']);

    expect((await change(me, 'Update', { id: bor!.id, name: 'Mine' })).userErrors).toEqual([
      { code: 'NOT_FOUND', field: ['input', 'id'] },
    ]);
    expect(
      (
        await change(me, 'Update', {
          id: ana.id,
          name: 'Ana B',
          tier: 'gold',
          seesOrganizationTickets: true,
        })
      ).userErrors,
    ).toEqual([
      { code: 'FORBIDDEN', field: ['input', 'tier'] },
      { code: 'FORBIDDEN', field: ['input', 'seesOrganizationTickets'] },
    ]);
    expect(
      (
        await change(me, 'Update', {
          id: ana.id,
          name: 'Ana B',
          locale: 'sl',
          timeZone: 'Europe/Ljubljana',
        })
      ).customer,
    ).toMatchObject({
      name: 'Ana B',
      locale: 'sl',
    });
    expect(
      codes(
        await service.query(
          me,
          `mutation { customerCreate(input: { name: "C" }) { customer { id } } }`,
        ),
      ),
    ).toEqual(['FORBIDDEN']);
  });

  test('an app needs the scope on every path', async () => {
    const workspace = newWorkspace();
    const { id } = await made(userActor(Role.AGENT, workspace), { name: 'Ana' });
    const blind = appActor(workspace, ['customers:write', 'tickets:read']);
    expect(
      codes(await service.query(blind, `query($id: ID) { customer(id: $id) { id } }`, { id })),
    ).toEqual(['FORBIDDEN']);
    expect(
      (await entities(blind, [{ __typename: 'Customer', id }], '... on Customer { name }'))
        ._entities,
    ).toEqual([null]);
    expect((await change(blind, 'Update', { id, tier: 'x' })).userErrors[0]!.code).toBe(
      'NOT_FOUND',
    );
  });
});

test('no path shows data of another workspace', async () => {
  const [here, there] = [
    userActor(Role.ADMIN, newWorkspace()),
    userActor(Role.ADMIN, newWorkspace()),
  ];
  const { organization: acme } = await organization(here, {
    name: 'Acme',
    domains: ['acme.example'],
    externalId: 'A',
  });
  const { id } = await made(here, { name: 'Ana', identities: [mail('ana@acme.example')] });
  const all = [
    { __typename: 'Customer', id },
    { __typename: 'Organization', id: acme!.id },
  ];
  const fields = '... on Customer { name } ... on Organization { name }';
  expect((await entities(here, all, fields))._entities).toEqual([
    { name: 'Ana' },
    { name: 'Acme' },
  ]);
  expect((await entities(there, all, fields))._entities).toEqual([null, null]);
  const query = `query($id: ID, $org: ID, $identity: IdentityInput) { customer(id: $id) { id } byIdentity: customer(identity: $identity) { id }
    organization(id: $org) { id } byDomain: organization(domain: "acme.example") { id } customers { totalCount } organizations { totalCount } }`;
  expect(
    await ask(there, query, { id, org: acme!.id, identity: mail('ana@acme.example') }),
  ).toEqual({
    customer: null,
    byIdentity: null,
    organization: null,
    byDomain: null,
    customers: { totalCount: 0 },
    organizations: { totalCount: 0 },
  });
  expect((await change(there, 'Update', { id, name: 'Mine' })).userErrors[0]!.code).toBe(
    'NOT_FOUND',
  );
  expect(
    (await change(there, 'Create', { name: 'Bor', organizationIds: [acme!.id] })).userErrors[0]!
      .code,
  ).toBe('NOT_FOUND');
  expect((await made(there, { identities: [mail('ana@acme.example')] })).organizations).toEqual([]);
});

describe('lists', () => {
  test('resolving 1 reference and 50 takes the same number of statements', async () => {
    const agent = userActor(Role.AGENT, newWorkspace());
    await organization(agent, { name: 'Acme', domains: ['acme.example'] });
    const ids = await Promise.all(
      Array.from(
        { length: 50 },
        async (_, at) => (await made(agent, { identities: [mail(`c${at}@acme.example`)] })).id,
      ),
    );
    const all = ids.map((id) => ({ __typename: 'Customer', id }));
    const read = (given: object[], fields: string) =>
      countStatements(() => entities(agent, given, `... on Customer { ${fields} }`));
    expect(await read(all, 'name email')).toHaveLength(1);
    const wide =
      'name identities { value } externalIds { value } organizations { name domains customers(first: 2) { totalCount nodes { name } } }';
    const [one, fifty] = [await read(all.slice(0, 1), wide), await read(all, wide)];
    expect(one).toHaveLength(7);
    expect(fifty).toHaveLength(one.length);
    const missing = Array.from({ length: 50 }, () => ({
      __typename: 'Customer',
      id: newId('cus'),
    }));
    expect(await read(missing, 'name')).toHaveLength(1);
    const page = `{ customers(first: 50) { nodes { name organizations { name } identities { value } } } }`;
    expect(await countStatements(() => ask(agent, page))).toHaveLength(3);
  });

  test.each(['NAME ASC', 'NAME DESC', 'CREATED_AT DESC', 'UPDATED_AT ASC'])(
    'pages by %s visit everybody once, in both directions',
    async (order) => {
      const agent = userActor(Role.AGENT, newWorkspace());
      for (let at = 0; at < 23; at++)
        await made(agent, { name: ['Čeh', 'ceh', 'Žiga', '王芳', 'ana'][at % 5]! });
      const [field, direction] = order.split(' ');
      const walk = async (
        size: 'first' | 'last',
        cursor: 'after' | 'before',
      ): Promise<string[]> => {
        const ids: string[] = [];
        for (let at: string | null = null; ;) {
          const query = `query($at: String, $order: [CustomerOrder!]) { customers(${size}: 4, ${cursor}: $at, orderBy: $order) {
          nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
          const {
            customers,
          }: {
            customers: { nodes: { id: string }[]; pageInfo: Record<string, string & boolean> };
          } = await ask(agent, query, {
            at,
            order: [{ field, direction }],
          });
          const page = customers.nodes.map((node) => node.id);
          if (size === 'first') ids.push(...page);
          else ids.unshift(...page);
          if (!customers.pageInfo[size === 'first' ? 'hasNextPage' : 'hasPreviousPage']) return ids;
          at = customers.pageInfo[size === 'first' ? 'endCursor' : 'startCursor']!;
        }
      };
      const forwards = await walk('first', 'after');
      expect(new Set(forwards).size).toBe(23);
      expect(forwards).toHaveLength(23);
      expect(await walk('last', 'before')).toEqual(forwards);
    },
  );

  test('can be filtered by every field shown', async () => {
    const agent = userActor(Role.AGENT, newWorkspace());
    const { organization: acme } = await organization(agent, {
      name: 'Acme',
      domains: ['acme.example'],
    });
    const ana = await made(agent, {
      name: 'Ana Čeh',
      identities: [mail('ana@acme.example')],
      locale: 'sl',
      tier: 'gold',
      location: { country: 'SI' },
    });
    await made(agent, {
      name: '王小芳',
      kind: 'LEAD',
      identities: [{ kind: 'PHONE', value: '+8613812345678' }],
    });
    const both = ['Ana Čeh', '王小芳'];
    for (const [filter, found] of [
      [{}, both],
      [{ text: 'ceh an' }, ['Ana Čeh']],
      [{ text: 'acme' }, ['Ana Čeh']],
      [{ text: '小芳' }, ['王小芳']],
      [{ text: '王' }, ['王小芳']],
      [{ text: '861381' }, ['王小芳']],
      [{ text: 'ana nobody' }, []],
      [{ text: '%' }, []],
      [{ id: { in: [ana.id, 'cus_x'] } }, ['Ana Čeh']],
      [{ kind: ['LEAD', 'VISITOR'] }, ['王小芳']],
      [{ name: { contains: 'a č' } }, ['Ana Čeh']],
      [{ email: { eq: 'ANA@acme.example' } }, ['Ana Čeh']],
      [{ email: { isNull: true } }, ['王小芳']],
      [{ email: { startsWith: 'Ana@' } }, ['Ana Čeh']],
      [{ phone: { in: ['+86 138 1234 5678', 'x'] } }, ['王小芳']],
      [{ tier: { eq: 'GOLD' } }, ['Ana Čeh']],
      [{ locale: { eq: 'sl' } }, ['Ana Čeh']],
      [{ country: { eq: 'si' } }, ['Ana Čeh']],
      [{ organizationId: { eq: acme!.id } }, ['Ana Čeh']],
      [{ organizationId: { isNull: true } }, ['王小芳']],
      [{ organizationId: { notIn: [acme!.id] } }, ['王小芳']],
      [{ createdAt: { within: 'PT1H' }, updatedAt: { gte: '2020-01-01T00:00:00Z' } }, both],
      [{ createdAt: { olderThan: 'PT1H' } }, []],
      [{ not: { text: 'ana' } }, ['王小芳']],
      [{ or: [{ text: 'ana' }, { kind: ['LEAD'] }] }, both],
      [{ and: [{ text: 'ana' }, { kind: ['LEAD'] }] }, []],
    ] as const)
      expect([filter, await names(agent, filter)]).toEqual([filter, found]);
    await change(agent, 'Update', { id: ana.id, name: 'Eva' });
    expect([await names(agent, { text: 'ceh' }), await names(agent, { text: 'eva' })]).toEqual([
      [],
      ['Eva'],
    ]);
    const tooLong = await service.query(
      agent,
      `query($text: String) { customers(filter: { text: $text }) { totalCount } }`,
      {
        text: 'a'.repeat(201),
      },
    );
    expect(codes(tooLong)).toEqual(['BAD_USER_INPUT']);
  });
});

test('an organization update changes only the given fields; the list is searched by words', async () => {
  const agent = userActor(Role.AGENT, newWorkspace());
  const { organization: acme } = await organization(agent, {
    name: 'Acme Čebelar',
    domains: ['acme.example', 'a.example'],
    tier: 'gold',
    externalId: 'A',
  });
  const update = (input: object) =>
    ask<{ organizationUpdate: object }>(
      agent,
      `mutation($input: OrganizationUpdateInput!) { organizationUpdate(input: $input) {
        organization { name tier domains externalIds { value } version } userErrors { code field } } }`,
      { input: { id: acme!.id, ...input } },
    );
  expect(
    await update({ domains: ['b.example', 'acme.example'], externalId: 'B', expectedVersion: 1 }),
  ).toEqual({
    organizationUpdate: {
      organization: {
        name: 'Acme Čebelar',
        tier: 'gold',
        domains: ['acme.example', 'b.example'],
        externalIds: [{ value: 'B' }],
        version: 2,
      },
      userErrors: [],
    },
  });
  expect(await update({ tier: 'gold' })).toMatchObject({
    organizationUpdate: { organization: { version: 2 } },
  });
  expect(await update({ tier: null, externalId: null })).toMatchObject({
    organizationUpdate: { organization: { tier: null, externalIds: [], version: 3 } },
  });
  expect(await update({ name: null, expectedVersion: 3 })).toMatchObject({
    organizationUpdate: { organization: null, userErrors: [{ code: 'REQUIRED' }] },
  });
  const query = `query($text: String) { organizations(text: $text) { totalCount nodes { id } } }`;
  for (const [text, totalCount] of [
    ['cebel', 1],
    ['b.exa', 1],
    ['a.example', 1],
    ['zzz', 0],
    [null, 1],
  ] as const)
    expect([text, await ask(agent, query, { text })]).toMatchObject([
      text,
      { organizations: { totalCount } },
    ]);
  expect((await facts(agent.workspace)).map((fact) => fact.type)).toEqual([
    'organization.created',
    'organization.updated',
    'organization.updated',
  ]);
});

test('a log read without waiting returns all recorded events, also those without a position', async () => {
  const agent = userActor(Role.AGENT, newWorkspace());
  const hold = new Client({ connectionString: service.database.ownerUrl });
  await hold.connect();
  await hold.query('begin; select from relay_state for update');
  const { id } = await made(agent, { name: 'Ana' });
  const authorization = `Bearer ${await signActor(systemActor(), TEST_SECRET)}`;
  const { rows } = await hold.query<{ head: string }>('select head from relay_state');
  const asked = fetch(`${service.url}/feed?after=${rows[0]!.head}&wait=0`, {
    headers: { authorization },
  });
  for (let trip = 0; trip < 20; trip++) await hold.query('select 1');
  await hold.query('commit');
  await hold.end();
  const answer = (await (await asked).json()) as { events: { subject: string }[] };
  expect(answer.events.map((event) => event.subject)).toContain(id);
});
