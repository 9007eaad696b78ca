import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { toUuid } from '@deskgraph/common/core/id';
import { onServer } from '../platform/database.ts';
import { type Desk, type Who } from '../fixtures/desk.ts';
import { type Platform, startPlatform } from '../platform/platform.ts';
import { until } from '../platform/wait-for.ts';

let platform: Platform;
let desk: Desk;
let foreignDesk: Desk;

beforeAll(async () => {
  platform = await startPlatform();
  [desk, foreignDesk] = await Promise.all([platform.desk(), platform.desk()]);
}, 240_000);
afterAll(() => platform?.stop());

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
/** A picture that no other test has. */
const picture = (bytes = 200): Buffer => Buffer.concat([PNG, randomBytes(bytes)]);

interface Given {
  name?: string;
  contentType?: string;
  size?: number;
}
interface Attachment {
  id: string;
  name: string;
  contentType: string;
  size: number;
  scan: string;
  url: string | null;
}
const ALL = 'id name contentType size scan url';

const asked = (who: Who, bytes: Buffer, given: Given = {}, from = desk) =>
  from.done<{ attachment: Attachment; uploadUrl: string }>(
    who,
    'attachmentUploadCreate',
    { name: 'picture.png', contentType: 'image/png', size: bytes.length, ...given },
    `attachment { ${ALL} } uploadUrl`,
  );

const put = (
  url: string,
  bytes: Buffer,
  type = 'image/png',
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(url, {
    method: 'PUT',
    body: new Uint8Array(bytes),
    headers: { 'content-type': type, ...headers },
  });

/** An upload that is there; gives its id. */
async function uploaded(
  who: Who,
  bytes = picture(),
  given: Given = {},
  from = desk,
): Promise<string> {
  const { attachment, uploadUrl } = await asked(who, bytes, given, from);
  const response = await put(uploadUrl, bytes, given.contentType);
  if (response.status !== 204) throw new Error(`${response.status} ${await response.text()}`);
  return attachment.id;
}

const shown = async (who: Who, id: string, from = desk): Promise<Attachment | null> =>
  (
    await from.data<{ node: Attachment | null }>(
      who,
      `query ($id: ID!) { node(id: $id) { ... on Attachment { ${ALL} } } }`,
      { id },
    )
  ).node;

const bytesOf = async (url: string): Promise<Buffer> =>
  Buffer.from(await (await fetch(url)).arrayBuffer());
const statusOf = async (url: string, init: RequestInit = {}): Promise<number> =>
  (await fetch(new URL(url, platform.url), init)).status;

/** A link as the service writes them. */
function signed(right: object, secret = platform.secret): string {
  const text = Buffer.from(JSON.stringify(right)).toString('base64url');
  const key = createHmac('sha256', secret).update('deskgraph file links').digest();
  return `/files/${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}
const partsOf = (url: string): string[] => new URL(url).pathname.slice('/files/'.length).split('.');
const rightOf = (url: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(partsOf(url)[0]!, 'base64url').toString()) as Record<string, unknown>;

const onTickets = <T extends object>(text: string, values: unknown[] = []): Promise<T[]> =>
  onServer(
    async (session) => (await session.query<T>(text, values)).rows,
    platform.databaseOf('tickets'),
  );

/** Files of the workspaces as they lie on the disk. */
const kept = (): string[] => {
  const folder = join(platform.folder, 'files');
  return existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
        path.includes('/'),
      )
    : [];
};
/** How often these bytes are kept; a file may go while one looks. */
const copiesOf = (bytes: Buffer): number =>
  kept().filter((path) => {
    try {
      return readFileSync(join(platform.folder, 'files', path)).equals(bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }).length;
const isKept = (bytes: Buffer): boolean => copiesOf(bytes) > 0;

/** The most memory that the gateway and the service ever had, in MiB; where the system tells it. */
const peaks = (): number[] =>
  [platform.gateway, platform.services['tickets']!].map((server) => {
    const path = `/proc/${server.pid()}/status`;
    return existsSync(path)
      ? Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(path, 'utf8'))![1]) / 1024
      : 0;
  });

test('a file is announced, uploaded, sent with a message, and read by all who may read that and by nobody else', async () => {
  const bytes = picture();
  const { attachment, uploadUrl } = await asked('customer', bytes);
  expect(attachment).toMatchObject({
    name: 'picture.png',
    contentType: 'image/png',
    size: bytes.length,
    scan: 'PENDING',
    url: null,
  });
  expect((await put(uploadUrl, bytes)).status).toBe(204);
  expect(await shown('customer', attachment.id)).toMatchObject({
    scan: 'CLEAN',
    url: expect.stringContaining(`${platform.gateway.url}/files/`),
  });
  expect(await shown('agent', attachment.id)).toBeNull();

  const { id } = await desk.ticket({ attachmentIds: [attachment.id] });
  const note = await uploaded('light');
  await desk.done('light', 'messageAdd', {
    ticketId: id,
    body: 'Look.',
    visibility: 'PRIVATE',
    attachmentIds: [note],
  });

  const query = `query ($id: ID!) { ticket(id: $id) { attachments { id url } messages { nodes { visibility attachments { id url } } } } }`;
  type Told = {
    ticket: {
      attachments: Attachment[];
      messages: { nodes: { visibility: string; attachments: Attachment[] }[] };
    } | null;
  };
  for (const who of [
    'light',
    'agent',
    'lead',
    'admin',
    'analyst',
    'partner',
    'reader',
    'customer',
    'customer2',
    'clerk',
  ] as const) {
    const answer = await desk.ask<Told>(who, query, { id });
    const ids = answer.data?.ticket?.attachments.map((each) => each.id) ?? [];
    const expected =
      who === 'customer'
        ? [attachment.id]
        : ['customer2', 'clerk'].includes(who)
          ? []
          : [attachment.id, note];
    expect({ who, ids }).toEqual({ who, ids: expected });
    expect(
      answer.data?.ticket?.messages.nodes.flatMap(({ attachments }) =>
        attachments.map((each) => each.id),
      ) ?? [],
    ).toEqual(expected);
    for (const { url } of answer.data?.ticket?.attachments ?? [])
      expect(await statusOf(url!)).toBe(200);
    for (const each of [attachment.id, note])
      expect((await shown(who, each))?.id).toBe(expected.includes(each) ? each : undefined);
    const entities = await fetch(`${platform.services['tickets']!.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await desk.internal(who)}`,
      },
      body: JSON.stringify({
        query:
          'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Attachment { id url } } }',
        variables: { of: [{ __typename: 'Attachment', id: note }] },
      }),
    });
    if (who === 'customer' || who === 'clerk')
      expect(await entities.json()).toEqual({ data: { _entities: [null] } });
  }
  expect(await shown('admin', attachment.id, foreignDesk)).toBeNull();

  const read = await fetch((await shown('agent', attachment.id))!.url!);
  expect(Buffer.from(await read.arrayBuffer())).toEqual(bytes);
  expect(Object.fromEntries(read.headers)).toMatchObject({
    'content-type': 'image/png',
    'content-length': String(bytes.length),
    'content-disposition': `attachment; filename="picture.png"; filename*=UTF-8''picture.png`,
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-store',
  });
});

describe('a link', () => {
  test('is for one upload, and for exactly the bytes that were announced', async () => {
    const bytes = picture();
    const { attachment, uploadUrl } = await asked('agent', bytes);
    expect((await put(uploadUrl, bytes.subarray(1))).status).toBe(400);
    expect((await put(uploadUrl, Buffer.concat([bytes, bytes]))).status).toBe(400);
    expect((await put(uploadUrl, bytes, 'text/html')).status).toBe(415);
    expect((await put(uploadUrl, Buffer.alloc(bytes.length))).status).toBe(415);
    expect(await statusOf(uploadUrl)).toBe(403);
    expect((await put(uploadUrl, bytes)).status).toBe(204);
    expect((await put(uploadUrl, bytes)).status).toBe(409);
    expect((await shown('agent', attachment.id))!.scan).toBe('CLEAN');
  });

  test('is worth nothing when it is old, changed, made elsewhere or made up', async () => {
    const id = await uploaded('agent');
    const { url } = (await shown('agent', id))!;
    const right = rightOf(url!);
    const seconds = Math.floor(Date.now() / 1000);
    expect(right['until']).toBeGreaterThan(seconds + 290);
    expect(right['until']).toBeLessThanOrEqual(seconds + 301);
    expect(await statusOf(signed(right))).toBe(200);
    const { uploadUrl } = await asked('agent', picture());
    expect(rightOf(uploadUrl)['until']).toBeLessThanOrEqual(Math.floor(Date.now() / 1000) + 901);
    const [text, mark] = partsOf(url!) as [string, string];
    const other = Buffer.from(JSON.stringify({ ...right, until: seconds + 9999 })).toString(
      'base64url',
    );
    for (const bad of [
      signed({ ...right, until: seconds - 1 }),
      signed(right, 'another secret of more than 32 signs'),
      `/files/${other}.${mark}`,
      `/files/${text}.${Buffer.alloc(32).toString('base64url')}`,
      `/files/${text}`,
      `/files/${id}`,
      '/files/..%2f..%2fsecrets.json',
      `/files/${'a'.repeat(9000)}.${mark}`,
    ])
      expect({ bad, status: await statusOf(bad) }).toEqual({ bad, status: 403 });
    expect(await statusOf('/files/')).toBe(403);
    expect(await statusOf(url!, { method: 'DELETE' })).toBe(405);
    expect(await statusOf(url!, { method: 'PUT', body: 'x' })).toBe(403);
    // The door of the service itself is for the gateway only.
    expect(
      (await fetch(new URL(new URL(url!).pathname, platform.services['tickets']!.url))).status,
    ).toBe(401);
    // Another workspace's id in a good link finds nothing.
    expect(
      await statusOf(signed({ ...right, workspace: '00000000-0000-7000-8000-000000000000' })),
    ).toBe(404);
  });

  test('stops working when its bearer does not see the message any more', async () => {
    const id = await uploaded('customer');
    const ticket = await desk.ticket({ attachmentIds: [id] });
    const { url } = (await shown('customer', id))!;
    const { url: staff } = (await shown('agent', id))!;
    expect(await statusOf(url!)).toBe(200);
    await desk.done('agent', 'ticketRequesterChange', {
      id: ticket.id,
      requester: { customerId: desk.ids.customer2 },
    });
    expect(await statusOf(url!)).toBe(404);
    expect(await statusOf(staff!)).toBe(200);
  });
});

test('only own files that are there and in no other message are sent, 20 at most', async () => {
  const own = await uploaded('agent');
  const others = await uploaded('agent2');
  const { attachment: empty } = await asked('agent', picture());
  const { id } = await desk.ticket();
  const send = async (who: Who, attachmentIds: string[]): Promise<unknown> => {
    const input = { ticketId: id, body: 'Here.', visibility: 'PRIVATE', attachmentIds };
    return (await desk.change(who, 'messageAdd', input, 'message { id }')).userErrors;
  };
  const refused = (code: string, ...at: string[]): unknown => [
    { code, field: ['input', 'attachmentIds', ...at] },
  ];
  expect(await send('agent', [others])).toEqual(refused('NOT_FOUND', '0'));
  expect(await send('agent', ['att_01m8nothing'])).toEqual(refused('NOT_FOUND', '0'));
  expect(await send('agent', [empty.id])).toEqual(refused('NOT_UPLOADED', '0'));
  expect(
    await send(
      'agent',
      Array.from({ length: 21 }, () => own),
    ),
  ).toEqual(refused('TOO_LONG'));
  expect(await send('agent', [own, own])).toEqual([]);
  expect(await send('agent', [own])).toEqual(refused('TAKEN', '0'));
});

describe('what is taken', () => {
  const refusal = async (given: Given): Promise<unknown> => {
    const input = { name: 'a.png', contentType: 'image/png', size: 5, ...given };
    return (await desk.change('agent', 'attachmentUploadCreate', input, 'attachment { id }'))
      .userErrors[0];
  };

  test.each<[Given, string, string]>([
    [{ size: 25 * 1024 * 1024 + 1 }, 'TOO_LONG', 'size'],
    [{ size: 0 }, 'INVALID', 'size'],
    [{ contentType: 'nonsense' }, 'INVALID', 'contentType'],
    [{ contentType: 'application/x-msdownload' }, 'FILE_REFUSED', 'contentType'],
    [{ contentType: 'text/javascript; charset=utf-8' }, 'FILE_REFUSED', 'contentType'],
    ...[
      'a.exe',
      'a.pdf.EXE',
      'a.exe. ',
      'a.pht',
      'a.php5',
      'a\u202Etxt.exe',
      'a.js',
      '../a.bat',
      'a.lnk',
    ].map((name) => [{ name }, 'FILE_REFUSED', 'name'] as [Given, string, string]),
    [{ name: 'a\u0000.html' }, 'INVALID', 'name'],
  ])('%j is refused with %s', async (given, code, field) =>
    expect(await refusal(given)).toEqual({ code, field: ['input', field] }),
  );

  test.each([
    ['../../x.png', 'x.png'],
    ['..\\..\\etc\\passwd', 'passwd'],
    ['invoice\u202Efdp.png', 'invoicefdp.png'],
    ['a\u200B\u0007b\r\n.png', 'ab.png'],
    ['<img src=x onerror=alert(1)>.png', '_img src=x onerror=alert(1)_.png'],
    ['..', 'file'],
    ['nul.txt', '_nul.txt'],
    ['Rechnung “März” č 发票.pdf', 'Rechnung “März” č 发票.pdf'],
    [`${'č'.repeat(5000)}.png`, `${'č'.repeat(125)}.png`],
  ])('the name %j becomes %j', async (name, clean) => {
    const id = await uploaded('agent', picture(), { name });
    const { name: stored, url } = (await shown('agent', id))!;
    expect(stored).toBe(clean);
    const said = (await fetch(url!)).headers.get('content-disposition')!;
    expect(said).toMatch(/^attachment; filename="[ -~]*"; filename\*=UTF-8''[\w.!#$&+^`|~%-]+$/);
    expect(decodeURIComponent(said.slice(said.indexOf("''") + 2))).toBe(clean);
  });

  test.each([
    ['a page', 'page.html', 'text/html', '<html><script>alert(1)</script></html>'],
    [
      'a drawing',
      'x.svg',
      'image/svg+xml',
      '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    ],
    ['a text', 'x.txt', 'text/plain', 'Hello.'],
    ['XML', 'x.xml', 'application/xml', '<?xml version="1.0"?><a/>'],
  ])('%s goes out as bytes of no type, to be saved', async (_, name, contentType, text) => {
    const id = await uploaded('agent', Buffer.from(text), { name, contentType });
    const read = await fetch((await shown('agent', id))!.url!);
    expect(read.headers.get('content-type')).toBe('application/octet-stream');
    expect(read.headers.get('content-disposition')).toMatch(/^attachment;/);
    expect(await read.text()).toBe(text);
  });

  test.each([
    [
      'a Windows program',
      'x.pdf',
      'application/octet-stream',
      Buffer.from(`MZ${'\0'.repeat(200)}`),
    ],
    [
      'a Linux program',
      'x.bin',
      'application/octet-stream',
      Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01'), Buffer.alloc(100)]),
    ],
    ['a script', 'x.txt', 'text/plain', Buffer.from('#!/bin/sh\nrm -rf /\n')],
    [
      'a picture that is a text',
      'x.png',
      'image/png',
      Buffer.from('Only text, no picture at all.'),
    ],
    ['a PDF that is a picture', 'x.pdf', 'application/pdf', PNG],
  ])(
    '%s is refused by what is in it, and nothing of it is kept',
    async (_, name, contentType, bytes) => {
      const { attachment, uploadUrl } = await asked('agent', bytes, { name, contentType });
      expect((await put(uploadUrl, bytes, contentType)).status).toBe(415);
      expect((await shown('agent', attachment.id))!.scan).toBe('PENDING');
      expect(isKept(bytes)).toBe(false);
    },
  );
});

describe('bytes', () => {
  test('are kept once in a workspace, apart from others, until no attachment has them', async () => {
    const bytes = picture();
    const [first, second] = [await uploaded('agent', bytes), await uploaded('customer', bytes)];
    const foreign = await uploaded('agent', bytes, {}, foreignDesk);
    expect(copiesOf(bytes)).toBe(2);
    await desk.ticket({ attachmentIds: [second] });
    await onTickets(
      `update attachment set unused_at = now() where message_id is null and name = 'picture.png'`,
    );
    await until(
      'what nobody sent is thrown away',
      async () => (await shown('agent', first)) === null && copiesOf(bytes) === 1,
    );
    expect(await shown('agent', foreign, foreignDesk)).toBeNull();
    expect(await bytesOf((await shown('customer', second))!.url!)).toEqual(bytes);
  });

  test('go with the ticket that is removed for ever', async () => {
    const bytes = picture();
    const { id } = await desk.ticket({ attachmentIds: [await uploaded('customer', bytes)] });
    await desk.done('lead', 'ticketDelete', { id });
    expect(isKept(bytes)).toBe(true);
    await desk.done('admin', 'ticketPurge', { id });
    await until('the bytes are gone', async () => !isKept(bytes));
  });

  test('of an upload that was cut off are not kept, and the link serves again', async () => {
    const bytes = picture(300_000);
    const { attachment, uploadUrl } = await asked('agent', bytes);
    const sending = httpRequest(uploadUrl, {
      method: 'PUT',
      headers: { 'content-type': 'image/png', 'content-length': bytes.length },
    });
    sending.on('error', () => {});
    sending.write(bytes.subarray(0, 100_000));
    const uuid = await until('it has begun', async () => {
      const rows = await onTickets<{ id: string }>(
        'select id from attachment where claimed_at is not null',
      );
      return rows[0]?.id ?? false;
    });
    expect((await put(uploadUrl, bytes)).status).toBe(409);
    sending.destroy();
    await until('the link is free again', async () => (await put(uploadUrl, bytes)).status === 204);
    expect(kept().filter((path) => path.includes(uuid))).toHaveLength(1);
    expect(await bytesOf((await shown('agent', attachment.id))!.url!)).toEqual(bytes);
  });

  test('in great numbers flow through: neither process grows by them, and slow senders hold up nobody', async () => {
    const bytes = picture(10 * 1024 * 1024);
    const { uploadUrl: slow } = await asked('agent', bytes);
    const dripping = Array.from({ length: 8 }, () => {
      const sending = httpRequest(slow, {
        method: 'PUT',
        headers: { 'content-type': 'image/png', 'content-length': bytes.length },
      });
      sending.on('error', () => {});
      sending.write(bytes.subarray(0, 1000));
      return sending;
    });
    const before = peaks();
    const ids = await Promise.all(
      Array.from({ length: 12 }, () => uploaded('agent', picture(10 * 1024 * 1024))),
    );
    await desk.data('agent', '{ viewer { actor { id } } }');
    for (const id of ids)
      expect((await bytesOf((await shown('agent', id))!.url!)).length).toBe(
        PNG.length + 10 * 1024 * 1024,
      );
    for (const [at, peak] of peaks().entries()) expect(peak - before[at]!).toBeLessThan(100);
    for (const each of dripping) each.destroy();
  }, 60_000);
});

test('a caller has 200 files waiting at most', async () => {
  const workspace = await onTickets<{ id: string }>(
    `select workspace_id as id from agent where email = $1`,
    [desk.emails.agent2],
  );
  await onTickets(
    `insert into attachment (id, workspace_id, uploader_id, name, content_type, size, scan, unused_at, version, created_at, updated_at)
     select gen_random_uuid(), $1, $2, 'x', 'image/png', 1, 'PENDING', now() + interval '1 day', 1, now(), now() from generate_series(1, 200)`,
    [workspace[0]!.id, desk.ids.agent2],
  );
  const input = { name: 'a.png', contentType: 'image/png', size: 5 };
  expect((await desk.change('agent2', 'attachmentUploadCreate', input)).userErrors).toEqual([
    { code: 'LIMIT_REACHED', field: null },
  ]);
});

test('words and files are taken out of a message for ever: links, search, and texts know nothing of them, the timeline knows that it was done', async () => {
  const bytes = picture();
  const [first, second] = [await uploaded('customer', bytes), await uploaded('customer')];
  const body = 'My card is **4111** 2222 qsecretword, [redacted]: call me.\n\nqotherword stays.';
  const ticket = await desk.ticket({ body, attachmentIds: [first, second] });
  const id = (
    await desk.data<{ ticket: { messages: { nodes: { id: string }[] } } }>(
      'lead',
      'query ($id: ID!) { ticket(id: $id) { messages { nodes { id } } } }',
      { id: ticket.id },
    )
  ).ticket.messages.nodes[0]!.id;
  const { url } = (await shown('customer', first))!;
  expect(await statusOf(url!)).toBe(200);
  const all = 'message { text html redactedAt attachments { id name url } }';
  type Told = {
    message: { text: string; html: string; redactedAt: string | null; attachments: Attachment[] };
  };
  const found = async (words: string): Promise<number> =>
    (
      await desk.data<{ tickets: { totalCount: number } }>(
        'agent',
        'query ($f: TicketFilter) { tickets(filter: $f) { totalCount } }',
        {
          f: { text: words },
        },
      )
    ).tickets.totalCount;
  expect(await found('qsecretword')).toBe(1);

  expect(
    (await desk.change('lead', 'messageRedact', { id, text: 'not in it' })).userErrors,
  ).toEqual([{ code: 'NOT_FOUND', field: ['input', 'text'] }]);
  const one = await desk.done<Told>('lead', 'messageRedact', { id, text: 'qsecretword' }, all);
  expect(one.message.text).toContain('My card is 4111 2222 [redacted], [redacted]: call me.');
  expect(one.message.html).toContain('<strong>4111</strong>');
  expect(await found('qsecretword')).toBe(0);
  expect(await found('qotherword')).toBe(1);
  // Marks stand between these words where they were written.
  const two = await desk.done<Told>(
    'lead',
    'messageRedact',
    { id, text: '4111 2222', attachmentIds: [first] },
    all,
  );
  expect(JSON.stringify(two)).not.toMatch(/4111|2222/);
  expect(two.message.attachments).toMatchObject([
    { id: first, name: '[redacted]', url: null },
    { id: second, name: 'picture.png' },
  ]);
  expect(await statusOf(url!)).toBe(404);
  await until('the bytes are gone', async () => !isKept(bytes));
  const three = await desk.done<Told>('lead', 'messageRedact', { id }, all);
  expect(three.message).toMatchObject({
    text: '[redacted]',
    html: '<p>[redacted]</p>\n',
    redactedAt: expect.any(String),
  });
  expect(three.message.attachments.map((each) => each.url)).toEqual([null, null]);
  expect(await found('qotherword')).toBe(0);

  const rows = await onTickets<{ text: string }>(
    `select m::text as text from message m where ticket_id = (select ticket_id from message where id = $1)
     union all select t::text from ticket t where t.id = (select ticket_id from message where id = $1)
     union all select e.data::text from event_log e where e.subject = $2
     union all select i.result::text from idempotency i union all select x.everything::text || x.public::text from ticket_text x`,
    [toUuid('msg', id), ticket.id],
  );
  expect(rows.filter(({ text }) => /qsecretword|qotherword|4111/.test(text ?? ''))).toEqual([]);
  const { ticket: told } = await desk.data<{ ticket: { timeline: { nodes: { type: string }[] } } }>(
    'customer',
    'query ($id: ID!) { ticket(id: $id) { timeline { nodes { type } } } }',
    { id: ticket.id },
  );
  expect(told.timeline.nodes.filter(({ type }) => type === 'message.redacted')).toHaveLength(3);
});
