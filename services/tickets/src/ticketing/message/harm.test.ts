import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TestService } from '@deskgraph/common/testing/testing';
import { unsafeHtmlParts } from '@deskgraph/common/testing/unsafe-html';
import { XSS_PAYLOADS } from '@deskgraph/common/testing/xss-payloads';
import { type Desk, openDesk, startTickets } from '../../../testing/desk.ts';

let service: TestService;
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
const AT_ONCE = 25;

/** Many inputs of one mutation in a few requests. */
async function all<P>(name: string, inputs: readonly object[], selection: string): Promise<P[]> {
  const payloads: P[] = [];
  for (let from = 0; from < inputs.length; from += AT_ONCE) {
    const part = inputs.slice(from, from + AT_ONCE);
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input!`;
    const declared = part.map((_, n) => `$i${n}: ${type}`).join(', ');
    const fields = part
      .map((_, n) => `m${n}: ${name}(input: $i${n}) { ${selection} userErrors { code field } }`)
      .join(' ');
    const variables = Object.fromEntries(part.map((input, n) => [`i${n}`, input]));
    const data = await desk.ask<Record<string, P>>(
      desk.agent,
      `mutation (${declared}) { ${fields} }`,
      variables,
    );
    payloads.push(...part.map((_, n) => data[`m${n}`]!));
  }
  return payloads;
}

test('whatever is written as a reply or a note, no HTML of it does harm; what no database holds is refused', async () => {
  const { id } = await desk.ticket();
  const bodies = Object.values(XSS_PAYLOADS).flat();
  const inputs = bodies.map((body, n) => ({
    ticketId: id,
    body,
    visibility: n % 2 ? 'PRIVATE' : 'PUBLIC',
    override: true,
  }));
  const written = await all<Payload>('messageAdd', inputs, 'message { html text }');
  for (const [n, { message, userErrors }] of written.entries())
    if (bodies[n]!.includes('\0')) expect(userErrors).toMatchObject([{ code: 'INVALID' }]);
    else
      expect([bodies[n], userErrors, unsafeHtmlParts(message!.html)]).toEqual([bodies[n], [], []]);
}, 120_000);

test('nor do names and subjects that variables put into a message', async () => {
  const lines = [...XSS_PAYLOADS['elements']!, ...XSS_PAYLOADS['marks']!].filter(
    (text) => text.length <= 200 && !/[\r\n]/.test(text),
  );
  const tickets = await all<{ ticket: { id: string } | null; userErrors: object[] }>(
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
  const written = await all<Payload>('messageAdd', inputs, 'message { html text }');
  expect(written).toHaveLength(lines.length);
  for (const [n, { message }] of written.entries())
    expect([lines[n], unsafeHtmlParts(message!.html)]).toEqual([lines[n], []]);
}, 120_000);
