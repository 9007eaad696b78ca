import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TestService } from '@deskgraph/common/testing';
import { type Desk, mutate, openDesk, startTickets } from '../testing/desk.ts';

let service: TestService;
let desk: Desk;

beforeAll(async () => {
  service = await startTickets();
  desk = await openDesk(service);
});
afterAll(() => service.stop());

describe('creating', () => {
  test('a customer’s ticket is NEW, has a number, a first message and waits for an answer', async () => {
    const { id } = await desk.ticket();
    const { ticket } = await desk.ask<{ ticket: object }>(
      desk.agent,
      `query ($id: ID!) { ticket(id: $id) { status priority channel origin number subject description handled waitingSince
        requester { id } requesterName createdBy { id name } messages { totalCount nodes { text html visibility author { name } } } } }`,
      { id },
    );
    expect(ticket).toMatchObject({
      status: 'NEW',
      priority: 'NORMAL',
      channel: 'PORTAL',
      origin: 'CUSTOMER',
      number: expect.any(Number),
      handled: false,
      waitingSince: expect.any(String),
      requester: { id: desk.customer.id },
      messages: { totalCount: 1, nodes: [{ text: 'It should have come on Monday.', visibility: 'PUBLIC', author: { name: 'Marta' } }] },
    });
  });
});
