import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import { type TestClient, appActor } from '@deskgraph/common/testing/client';
import fc from 'fast-check';
import { Client } from 'pg';
import { seed } from '@deskgraph/common/testing/sizes';
import { type Desk, openDesk, startTickets } from '../../../testing/desk.ts';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';

let service: TestClient;
let desk: Desk;
let owner: Client;

beforeAll(async () => {
  service = await startTickets();
  desk = await openDesk(service);
  owner = new Client({ connectionString: service.database.ownerUrl });
  await owner.connect();
  await owner.query(`select set_config('desk.workspace', $1, false)`, [desk.workspace]);
});
afterAll(async () => {
  await owner.end();
  await service.stop();
});

interface TicketState {
  status: TicketStatus;
  into: TicketStatus | null;
  isIntoDeleted: boolean;
  isDeleted: boolean;
  spam: boolean;
  department: boolean;
}

/** Creates a ticket of the customer in this state, with two messages. */
async function ticketAs({
  status,
  into,
  isIntoDeleted,
  isDeleted,
  spam,
  department,
}: TicketState): Promise<string> {
  const { id } = await desk.ticket();
  await desk.ask(
    desk.partner,
    'mutation ($input: MessageAddInput!) { messageAdd(input: $input) { userErrors { code } } }',
    {
      input: { ticketId: id, body: 'More', visibility: 'PRIVATE' },
    },
  );
  const mergedInto = into && (await desk.ticket()).id;
  if (mergedInto)
    await owner.query(
      `update ticket set status = $2, deleted_at = case when $3 then now() end where id = $1`,
      [uuidOf('tkt', mergedInto), into, isIntoDeleted],
    );
  await owner.query(
    `update ticket set status = $2, merged_into_id = $3, deleted_at = case when $4 then now() end, spam = $5, department_id = $6 where id = $1`,
    [
      uuidOf('tkt', id),
      status,
      mergedInto && uuidOf('tkt', mergedInto),
      isDeleted,
      spam,
      department ? uuidOf('dep', desk.departmentId) : null,
    ],
  );
  return id;
}

const NEW_TICKET: TicketState = {
  status: TicketStatus.NEW,
  into: null,
  isIntoDeleted: false,
  isDeleted: false,
  spam: false,
  department: true,
};

type MutationOf = (
  id: string,
) => Promise<[name: string, input: object]> | [name: string, input: object];
const moveTo =
  (status: TicketStatus): MutationOf =>
  (id) => [
    'ticketStatusChange',
    { id, status, ...(status === 'SOLVED' && { resolutionCode: 'NO_REPLY' }) },
  ];
const write =
  (visibility: string): MutationOf =>
  (id) => ['messageAdd', { ticketId: id, body: 'Words', visibility, override: true }];
/** The mutation of each permission, with an input that only the ticket itself can make invalid. */
const MUTATIONS: Record<string, MutationOf> = {
  reply: write('PUBLIC'),
  note: write('PRIVATE'),
  update: (id) => ['ticketUpdate', { id, subject: `Other ${newId('tkt')}` }],
  assign: (id) => ['ticketAssign', { id, departmentId: null, comment: 'Words' }],
  solve: moveTo(TicketStatus.SOLVED),
  reopen: (id) => ['ticketReopen', { id }],
  merge: async (id) => ['ticketMerge', { ids: [await ticketAs(NEW_TICKET)], intoId: id }],
  delete: (id) => ['ticketDelete', { id }],
};
/** Such a mutation changes nothing, and is not refused although the permission is false. */
const isWithoutEffect = (permission: string, { status, isDeleted }: TicketState): boolean =>
  (permission === 'solve' && status === TicketStatus.SOLVED) ||
  (permission === 'delete' && isDeleted);

async function isRefused(actor: Actor, [name, input]: [string, object]): Promise<boolean> {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const { data, errors } = await desk.answer<Record<string, { userErrors: { code: string }[] }>>(
    actor,
    `mutation ($input: ${type}!) { ${name}(input: $input) { userErrors { code } } }`,
    { input },
  );
  if (errors && errors[0]!.extensions.code !== 'FORBIDDEN') throw new Error(JSON.stringify(errors));
  return Boolean(errors) || data![name]!.userErrors.length > 0;
}

test('viewerCan is true exactly for the mutations that are not refused', async () => {
  const actors = [
    desk.admin,
    desk.lead,
    desk.agent,
    desk.light,
    desk.analyst,
    desk.customer,
    desk.partner,
    appActor(desk.workspace, ['tickets:read']),
    { ...desk.agent, scopes: ['tickets:read'] },
    { ...desk.agent, filter: { departmentId: { eq: desk.departmentId } } },
    { ...desk.lead, filter: { status: { notIn: [TicketStatus.SOLVED] } } },
  ];
  const state = fc.record<TicketState>({
    status: fc.constantFrom(...Object.values(TicketStatus)),
    into: fc.option(fc.constantFrom(TicketStatus.OPEN, TicketStatus.CLOSED), { freq: 1 }),
    isIntoDeleted: fc.constantFrom(false, false, true),
    isDeleted: fc.constantFrom(false, false, false, true),
    spam: fc.boolean(),
    department: fc.boolean(),
  });
  const answers = { yes: 0, no: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.nat(actors.length - 1),
      state,
      fc.constantFrom(...Object.keys(MUTATIONS)),
      async (actorIndex, ticketState, permission) => {
        const actor = actors[actorIndex]!;
        const id = await ticketAs(ticketState);
        const query = `query ($id: ID!) { ticket(id: $id) { viewerCan { ${permission} } } }`;
        const response = await desk.answer<{
          ticket: { viewerCan: Record<string, boolean> } | null;
        }>(actor, query, { id });
        const can = response.data?.ticket?.viewerCan[permission] ?? false;
        answers[can ? 'yes' : 'no']++;
        if (!can && isWithoutEffect(permission, ticketState)) return;
        const mutation = await MUTATIONS[permission]!(id);
        expect([permission, can]).toEqual([permission, !(await isRefused(actor, mutation))]);
      },
    ),
    { numRuns: 120, seed },
  );
  for (const count of Object.values(answers)) expect(count).toBeGreaterThan(20);
}, 120_000);
