import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type TestClient, appActor } from '@deskgraph/common/testing/client';
import { type Desk, mutate, openDesk, startTickets } from '../../testing/desk.ts';

let service: TestClient;
let desk: Desk;
let ticketId: string;
let messageId: string;
beforeAll(async () => {
  service = await startTickets();
  desk = await openDesk(service);
  ticketId = (await desk.ticket()).id;
  const note = { ticketId, visibility: 'PRIVATE', body: 'Seen' };
  messageId = (
    (await mutate(desk, desk.agent, 'messageAdd', note, 'message { id }'))['message'] as {
      id: string;
    }
  ).id;
});
afterAll(() => service.stop());

type Case = [
  mutation: string,
  actor: 'agent' | 'lead' | 'admin' | 'importer',
  field: string,
  inputOf: (id: string, ticket: string) => object,
];

const requester = (customerId: string): object => ({ customerId, email: 'ana@customer.example' });
const minimalTicket = { subject: 'Kettle', body: 'It is late.', channel: 'EMAIL' };
const imported = {
  ...minimalTicket,
  externalId: 'A-1',
  requester: { email: 'ana@customer.example' },
  createdAt: '2026-01-01T00:00:00Z',
};
const view = { name: 'View', filter: {}, sharing: 'PRIVATE' };

/** Every optional id of an input, and every id that has a special value such as `me`. */
const CASES: Case[] = [
  ['ticketCreate', 'agent', 'requester', (id) => ({ ...minimalTicket, requester: requester(id) })],
  ['ticketUpdate', 'agent', 'categoryId', (id, ticket) => ({ id: ticket, categoryId: id })],
  ['ticketUpdate', 'agent', 'organizationId', (id, ticket) => ({ id: ticket, organizationId: id })],
  ['ticketAssign', 'agent', 'assigneeId', (id, ticket) => ({ id: ticket, assigneeId: id })],
  ['ticketAssign', 'agent', 'departmentId', (id, ticket) => ({ id: ticket, departmentId: id })],
  [
    'ticketStatusChange',
    'agent',
    'customStatusId',
    (id, ticket) => ({ id: ticket, customStatusId: id }),
  ],
  [
    'ticketSplit',
    'agent',
    'departmentId',
    (id, ticket) => ({ id: ticket, messageIds: ['FIRST'], subject: 'Lid', departmentId: id }),
  ],
  ['ticketsGroup', 'lead', 'problemId', (id, ticket) => ({ ids: [ticket], problemId: id })],
  ['ticketNext', 'agent', 'departmentId', (id) => ({ departmentId: id })],
  [
    'ticketEscalate',
    'agent',
    'toAgentId',
    (id, ticket) => ({ id: ticket, reason: 'Hard', toAgentId: id }),
  ],
  ['ticketImport', 'importer', 'authorId', (id) => ({ ...imported, authorId: id })],
  ['ticketImport', 'importer', 'assigneeId', (id) => ({ ...imported, assigneeId: id })],
  ['ticketImport', 'importer', 'departmentId', (id) => ({ ...imported, departmentId: id })],
  [
    'ticketsUpdate',
    'agent',
    'action.categoryId',
    (id, ticket) => ({ ids: [ticket], action: { categoryId: id } }),
  ],
  [
    'ticketsUpdate',
    'agent',
    'action.departmentId',
    (id, ticket) => ({ ids: [ticket], action: { departmentId: id } }),
  ],
  [
    'ticketsUpdate',
    'agent',
    'action.assigneeId',
    (id, ticket) => ({ ids: [ticket], action: { assigneeId: id } }),
  ],
  [
    'ticketsUpdate',
    'agent',
    'action.customStatusId',
    (id, ticket) => ({ ids: [ticket], action: { customStatusId: id } }),
  ],
  [
    'ticketsUpdate',
    'agent',
    'action.replyId',
    (id, ticket) => ({ ids: [ticket], action: { replyId: id } }),
  ],
  [
    'ticketsUpdate',
    'agent',
    'action.notifyAgentIds.0',
    (id, ticket) => ({ ids: [ticket], action: { notifyAgentIds: [id] } }),
  ],
  [
    'macroCreate',
    'lead',
    'departmentId',
    (id) => ({ name: 'Macro', departmentId: id, actions: [{ priority: 'LOW' }] }),
  ],
  [
    'cannedResponseCreate',
    'lead',
    'departmentId',
    (id) => ({ title: 'Hello', body: 'Hello', departmentId: id }),
  ],
  [
    'viewCreate',
    'admin',
    'departmentId',
    (id) => ({ ...view, sharing: 'DEPARTMENT', departmentId: id }),
  ],
  ['ticketCategoryCreate', 'admin', 'departmentId', (id) => ({ name: 'Matter', departmentId: id })],
  ['ticketCategoryCreate', 'admin', 'parentId', (id) => ({ name: 'Matter', parentId: id })],
];

test.each(CASES)(
  '%s by %s refuses a malformed id at %s instead of treating it as absent',
  async (mutation, actor, field, inputOf) => {
    const importer = appActor(desk.workspace, ['tickets:import', 'tickets:write', 'tickets:read']);
    for (const id of ['', 'nothing']) {
      const input = inputOf(id, ticketId);
      if ('messageIds' in input) input.messageIds = [messageId];
      const { userErrors } = await mutate(
        desk,
        actor === 'importer' ? importer : desk[actor],
        mutation,
        input,
      );
      expect(userErrors.map((error) => error.field?.join('.'))).toEqual([`input.${field}`]);
    }
  },
);
