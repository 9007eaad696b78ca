import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TestClient } from '@deskgraph/common/testing/client';
import { unsafeHtmlParts } from '@deskgraph/common/testing/unsafe-html';
import { XSS_PAYLOADS } from '@deskgraph/common/testing/xss-payloads';
import { type Desk, openDesk, startTickets } from '../../../testing/desk.ts';

let service: TestClient;
let desk: Desk;

beforeAll(async () => {
  service = await startTickets();
  desk = await openDesk(service);
});
afterAll(() => service.stop());

interface Payload {
  message: { html: string; text: string } | null;
  userErrors: { code: string; field: string[] }[];
}
const BATCH_SIZE = 25;

/** Runs a mutation with many inputs in a few requests. */
async function mutateAll<P>(
  name: string,
  inputs: readonly object[],
  selection: string,
): Promise<P[]> {
  const results: P[] = [];
  for (let from = 0; from < inputs.length; from += BATCH_SIZE) {
    const batch = inputs.slice(from, from + BATCH_SIZE);
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input!`;
    const declared = batch.map((_, n) => `$i${n}: ${type}`).join(', ');
    const fields = batch
      .map((_, n) => `m${n}: ${name}(input: $i${n}) { ${selection} userErrors { code field } }`)
      .join(' ');
    const variables = Object.fromEntries(batch.map((input, n) => [`i${n}`, input]));
    const data = await desk.ask<Record<string, P>>(
      desk.agent,
      `mutation (${declared}) { ${fields} }`,
      variables,
    );
    results.push(...batch.map((_, n) => data[`m${n}`]!));
  }
  return results;
}

test('the HTML of replies and notes is safe for every XSS payload; NUL characters are refused', async () => {
  const { id } = await desk.ticket();
  const bodies = Object.values(XSS_PAYLOADS).flat();
  const inputs = bodies.map((body, n) => ({
    ticketId: id,
    body,
    visibility: n % 2 ? 'PRIVATE' : 'PUBLIC',
    override: true,
  }));
  const payloads = await mutateAll<Payload>('messageAdd', inputs, 'message { html text }');
  for (const [n, { message, userErrors }] of payloads.entries())
    if (bodies[n]!.includes('\0')) expect(userErrors).toMatchObject([{ code: 'INVALID' }]);
    else
      expect([bodies[n], userErrors, unsafeHtmlParts(message!.html)]).toEqual([bodies[n], [], []]);
}, 120_000);

test('the HTML is safe when variables insert names and subjects with XSS payloads', async () => {
  const lines = [...XSS_PAYLOADS['elements']!, ...XSS_PAYLOADS['markdown']!].filter(
    (text) => text.length <= 200 && !/[\r\n]/.test(text),
  );
  const tickets = await mutateAll<{ ticket: { id: string } | null; userErrors: object[] }>(
    'ticketCreate',
    lines.map((line, n) => ({
      subject: line,
      body: 'Text',
      channel: 'EMAIL',
      requester: { email: `n${n}@desk.example`, name: line },
    })),
    'ticket { id }',
  );
  const body =
    'Dear {{requester.name}}: *{{ticket.subject}}*, [{{ticket.subject}}](https://desk.example), `{{requester.name}}`';
  const inputs = tickets.map(({ ticket }) => ({
    ticketId: ticket!.id,
    visibility: 'PUBLIC',
    body,
    override: true,
  }));
  const payloads = await mutateAll<Payload>('messageAdd', inputs, 'message { html text }');
  expect(payloads).toHaveLength(lines.length);
  for (const [n, { message }] of payloads.entries())
    expect([lines[n], unsafeHtmlParts(message!.html)]).toEqual([lines[n], []]);
}, 120_000);
