import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { parseId } from '@deskgraph/common/core/id';
import { withClient } from '../platform/database.ts';
import { type Desk, type Persona } from '../fixtures/desk.ts';
import { type Platform, startPlatform } from '../platform/platform.ts';
import { waitFor } from '../platform/wait-for.ts';

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
/** Returns a picture with unique bytes. */
const picture = (bytes = 200): Buffer => Buffer.concat([PNG, randomBytes(bytes)]);

interface UploadOverrides {
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

const requestUpload = (who: Persona, bytes: Buffer, overrides: UploadOverrides = {}, from = desk) =>
  from.mutate<{ attachment: Attachment; uploadUrl: string }>(
    who,
    'attachmentUploadCreate',
    { name: 'picture.png', contentType: 'image/png', size: bytes.length, ...overrides },
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

/** Uploads a file and returns its id. */
async function upload(
  who: Persona,
  bytes = picture(),
  overrides: UploadOverrides = {},
  from = desk,
): Promise<string> {
  const { attachment, uploadUrl } = await requestUpload(who, bytes, overrides, from);
  const response = await put(uploadUrl, bytes, overrides.contentType);
  if (response.status !== 204) throw new Error(`${response.status} ${await response.text()}`);
  return attachment.id;
}

const attachmentOf = async (who: Persona, id: string, from = desk): Promise<Attachment | null> =>
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

/** Signs a link like the service does. */
function signedPath(right: object, secret = platform.secret): string {
  const text = Buffer.from(JSON.stringify(right)).toString('base64url');
  const key = createHmac('sha256', secret).update('deskgraph file links').digest();
  return `/files/${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}
const partsOf = (url: string): string[] => new URL(url).pathname.slice('/files/'.length).split('.');
const rightOf = (url: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(partsOf(url)[0]!, 'base64url').toString()) as Record<string, unknown>;

const onTickets = <T extends object>(text: string, values: unknown[] = []): Promise<T[]> =>
  withClient(
    async (session) => (await session.query<T>(text, values)).rows,
    platform.databaseOf('tickets'),
  );

/** Paths of all stored files. */
const storedFiles = (): string[] => {
  const folder = join(platform.folder, 'files');
  return existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
        path.includes('/'),
      )
    : [];
};
/** Counts the stored copies of these bytes. A file may be deleted during the read. */
const copiesOf = (bytes: Buffer): number =>
  storedFiles().filter((path) => {
    try {
      return readFileSync(join(platform.folder, 'files', path)).equals(bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }).length;
const isStored = (bytes: Buffer): boolean => copiesOf(bytes) > 0;

/** Peak memory of the gateway and the service in MiB. Zero where the system does not report it. */
const peaks = (): number[] =>
  [platform.gateway, platform.services['tickets']!].map((server) => {
    const path = `/proc/${server.pid()}/status`;
    return existsSync(path)
      ? Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(path, 'utf8'))![1]) / 1024
      : 0;
  });

test('a file is announced, uploaded, sent with a message, and readable only by callers who may read the message', async () => {
  const bytes = picture();
  const { attachment, uploadUrl } = await requestUpload('customer', bytes);
  expect(attachment).toMatchObject({
    name: 'picture.png',
    contentType: 'image/png',
    size: bytes.length,
    scan: 'PENDING',
    url: null,
  });
  expect((await put(uploadUrl, bytes)).status).toBe(204);
  expect(await attachmentOf('customer', attachment.id)).toMatchObject({
    scan: 'CLEAN',
    url: expect.stringContaining(`${platform.gateway.url}/files/`),
  });
  expect(await attachmentOf('agent', attachment.id)).toBeNull();

  const { id } = await desk.ticket({ attachmentIds: [attachment.id] });
  const note = await upload('light');
  await desk.mutate('light', 'messageAdd', {
    ticketId: id,
    body: 'Look.',
    visibility: 'PRIVATE',
    attachmentIds: [note],
  });

  const query = `query ($id: ID!) { ticket(id: $id) { attachments { id url } messages { nodes { visibility attachments { id url } } } } }`;
  type Result = {
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
    const answer = await desk.ask<Result>(who, query, { id });
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
      expect((await attachmentOf(who, each))?.id).toBe(expected.includes(each) ? each : undefined);
    const entities = await fetch(`${platform.services['tickets']!.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await desk.internalToken(who)}`,
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
  expect(await attachmentOf('admin', attachment.id, foreignDesk)).toBeNull();

  const read = await fetch((await attachmentOf('agent', attachment.id))!.url!);
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

describe('a signed link', () => {
  test('accepts one upload of exactly the announced bytes', async () => {
    const bytes = picture();
    const { attachment, uploadUrl } = await requestUpload('agent', bytes);
    expect((await put(uploadUrl, bytes.subarray(1))).status).toBe(400);
    expect((await put(uploadUrl, Buffer.concat([bytes, bytes]))).status).toBe(400);
    expect((await put(uploadUrl, bytes, 'text/html')).status).toBe(415);
    expect((await put(uploadUrl, Buffer.alloc(bytes.length))).status).toBe(415);
    expect(await statusOf(uploadUrl)).toBe(403);
    expect((await put(uploadUrl, bytes)).status).toBe(204);
    expect((await put(uploadUrl, bytes)).status).toBe(409);
    expect((await attachmentOf('agent', attachment.id))!.scan).toBe('CLEAN');
  });

  test('is refused when expired, changed, signed with another secret or invented', async () => {
    const id = await upload('agent');
    const { url } = (await attachmentOf('agent', id))!;
    const right = rightOf(url!);
    const seconds = Math.floor(Date.now() / 1000);
    expect(right['until']).toBeGreaterThan(seconds + 290);
    expect(right['until']).toBeLessThanOrEqual(seconds + 301);
    expect(await statusOf(signedPath(right))).toBe(200);
    const { uploadUrl } = await requestUpload('agent', picture());
    expect(rightOf(uploadUrl)['until']).toBeLessThanOrEqual(Math.floor(Date.now() / 1000) + 901);
    const [text, mark] = partsOf(url!) as [string, string];
    const other = Buffer.from(JSON.stringify({ ...right, until: seconds + 9999 })).toString(
      'base64url',
    );
    for (const bad of [
      signedPath({ ...right, until: seconds - 1 }),
      signedPath(right, 'another secret of more than 32 signs'),
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
    // The endpoint of the service accepts only the gateway.
    expect(
      (await fetch(new URL(new URL(url!).pathname, platform.services['tickets']!.url))).status,
    ).toBe(401);
    // A correctly signed link of another workspace finds nothing.
    expect(
      await statusOf(signedPath({ ...right, workspace: '00000000-0000-7000-8000-000000000000' })),
    ).toBe(404);
  });

  test('stops working when its caller can no longer see the message', async () => {
    const id = await upload('customer');
    const ticket = await desk.ticket({ attachmentIds: [id] });
    const { url } = (await attachmentOf('customer', id))!;
    const { url: staff } = (await attachmentOf('agent', id))!;
    expect(await statusOf(url!)).toBe(200);
    await desk.mutate('agent', 'ticketRequesterChange', {
      id: ticket.id,
      requester: { customerId: desk.ids.customer2 },
    });
    expect(await statusOf(url!)).toBe(404);
    expect(await statusOf(staff!)).toBe(200);
  });
});

test('a message takes only uploaded files of its author that no other message has, 20 at most', async () => {
  const own = await upload('agent');
  const others = await upload('agent2');
  const { attachment: empty } = await requestUpload('agent', picture());
  const { id } = await desk.ticket();
  const send = async (who: Persona, attachmentIds: string[]): Promise<unknown> => {
    const input = { ticketId: id, body: 'Here.', visibility: 'PRIVATE', attachmentIds };
    return (await desk.tryMutate(who, 'messageAdd', input, 'message { id }')).userErrors;
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

describe('file name and content', () => {
  const refusal = async (overrides: UploadOverrides): Promise<unknown> => {
    const input = { name: 'a.png', contentType: 'image/png', size: 5, ...overrides };
    return (await desk.tryMutate('agent', 'attachmentUploadCreate', input, 'attachment { id }'))
      .userErrors[0];
  };

  test.each<[UploadOverrides, string, string]>([
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
    ].map((name) => [{ name }, 'FILE_REFUSED', 'name'] as [UploadOverrides, string, string]),
    [{ name: 'a\u0000.html' }, 'INVALID', 'name'],
  ])('%j is refused with %s', async (overrides, code, field) =>
    expect(await refusal(overrides)).toEqual({ code, field: ['input', field] }),
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
    const id = await upload('agent', picture(), { name });
    const { name: stored, url } = (await attachmentOf('agent', id))!;
    expect(stored).toBe(clean);
    const disposition = (await fetch(url!)).headers.get('content-disposition')!;
    expect(disposition).toMatch(
      /^attachment; filename="[ -~]*"; filename\*=UTF-8''[\w.!#$&+^`|~%-]+$/,
    );
    expect(decodeURIComponent(disposition.slice(disposition.indexOf("''") + 2))).toBe(clean);
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
  ])(
    '%s is served as a download of type application/octet-stream',
    async (_, name, contentType, text) => {
      const id = await upload('agent', Buffer.from(text), { name, contentType });
      const read = await fetch((await attachmentOf('agent', id))!.url!);
      expect(read.headers.get('content-type')).toBe('application/octet-stream');
      expect(read.headers.get('content-disposition')).toMatch(/^attachment;/);
      expect(await read.text()).toBe(text);
    },
  );

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
    '%s is refused because of its content, and nothing of it is stored',
    async (_, name, contentType, bytes) => {
      const { attachment, uploadUrl } = await requestUpload('agent', bytes, { name, contentType });
      expect((await put(uploadUrl, bytes, contentType)).status).toBe(415);
      expect((await attachmentOf('agent', attachment.id))!.scan).toBe('PENDING');
      expect(isStored(bytes)).toBe(false);
    },
  );
});

describe('stored bytes', () => {
  test('are stored once per workspace until no attachment has them', async () => {
    const bytes = picture();
    const [first, second] = [await upload('agent', bytes), await upload('customer', bytes)];
    const foreign = await upload('agent', bytes, {}, foreignDesk);
    expect(copiesOf(bytes)).toBe(2);
    await desk.ticket({ attachmentIds: [second] });
    await onTickets(
      `update attachment set unused_at = now() where message_id is null and name = 'picture.png'`,
    );
    await waitFor(
      'unsent files are deleted',
      async () => (await attachmentOf('agent', first)) === null && copiesOf(bytes) === 1,
    );
    expect(await attachmentOf('agent', foreign, foreignDesk)).toBeNull();
    expect(await bytesOf((await attachmentOf('customer', second))!.url!)).toEqual(bytes);
  });

  test('are deleted when their ticket is purged', async () => {
    const bytes = picture();
    const { id } = await desk.ticket({ attachmentIds: [await upload('customer', bytes)] });
    await desk.mutate('lead', 'ticketDelete', { id });
    expect(isStored(bytes)).toBe(true);
    await desk.mutate('admin', 'ticketPurge', { id });
    await waitFor('the bytes are gone', async () => !isStored(bytes));
  });

  test('of an interrupted upload are not stored, and the link can be used again', async () => {
    const bytes = picture(300_000);
    const { attachment, uploadUrl } = await requestUpload('agent', bytes);
    const sending = httpRequest(uploadUrl, {
      method: 'PUT',
      headers: { 'content-type': 'image/png', 'content-length': bytes.length },
    });
    sending.on('error', () => {});
    sending.write(bytes.subarray(0, 100_000));
    const uuid = await waitFor('it has started', async () => {
      const rows = await onTickets<{ id: string }>(
        'select id from attachment where claimed_at is not null',
      );
      return rows[0]?.id ?? false;
    });
    expect((await put(uploadUrl, bytes)).status).toBe(409);
    sending.destroy();
    await waitFor(
      'the link accepts an upload again',
      async () => (await put(uploadUrl, bytes)).status === 204,
    );
    expect(storedFiles().filter((path) => path.includes(uuid))).toHaveLength(1);
    expect(await bytesOf((await attachmentOf('agent', attachment.id))!.url!)).toEqual(bytes);
  });

  test('are streamed: large files do not grow the processes, and slow senders do not block others', async () => {
    const bytes = picture(10 * 1024 * 1024);
    const { uploadUrl: slow } = await requestUpload('agent', bytes);
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
      Array.from({ length: 12 }, () => upload('agent', picture(10 * 1024 * 1024))),
    );
    await desk.data('agent', '{ viewer { actor { id } } }');
    for (const id of ids)
      expect((await bytesOf((await attachmentOf('agent', id))!.url!)).length).toBe(
        PNG.length + 10 * 1024 * 1024,
      );
    for (const [index, peak] of peaks().entries()) expect(peak - before[index]!).toBeLessThan(100);
    for (const each of dripping) each.destroy();
  }, 60_000);
});

test('a caller has at most 200 unsent files', async () => {
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
  expect((await desk.tryMutate('agent2', 'attachmentUploadCreate', input)).userErrors).toEqual([
    { code: 'LIMIT_REACHED', field: null },
  ]);
});

test('redaction removes text and files from links, search and all stored texts, and adds an event to the timeline', async () => {
  const bytes = picture();
  const [first, second] = [await upload('customer', bytes), await upload('customer')];
  const body = 'My card is **4111** 2222 qsecretword, [redacted]: call me.\n\nqotherword stays.';
  const ticket = await desk.ticket({ body, attachmentIds: [first, second] });
  const id = (
    await desk.data<{ ticket: { messages: { nodes: { id: string }[] } } }>(
      'lead',
      'query ($id: ID!) { ticket(id: $id) { messages { nodes { id } } } }',
      { id: ticket.id },
    )
  ).ticket.messages.nodes[0]!.id;
  const { url } = (await attachmentOf('customer', first))!;
  expect(await statusOf(url!)).toBe(200);
  const all = 'message { text html redactedAt attachments { id name url } }';
  type Result = {
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
    (await desk.tryMutate('lead', 'messageRedact', { id, text: 'not in it' })).userErrors,
  ).toEqual([{ code: 'NOT_FOUND', field: ['input', 'text'] }]);
  const one = await desk.mutate<Result>('lead', 'messageRedact', { id, text: 'qsecretword' }, all);
  expect(one.message.text).toContain('My card is 4111 2222 [redacted], [redacted]: call me.');
  expect(one.message.html).toContain('<strong>4111</strong>');
  expect(await found('qsecretword')).toBe(0);
  expect(await found('qotherword')).toBe(1);
  // The Markdown source has marks between these words.
  const two = await desk.mutate<Result>(
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
  await waitFor('the bytes are gone', async () => !isStored(bytes));
  const three = await desk.mutate<Result>('lead', 'messageRedact', { id }, all);
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
    [parseId('msg', id), ticket.id],
  );
  expect(rows.filter(({ text }) => /qsecretword|qotherword|4111/.test(text ?? ''))).toEqual([]);
  const { ticket: redacted } = await desk.data<{
    ticket: { timeline: { nodes: { type: string }[] } };
  }>('customer', 'query ($id: ID!) { ticket(id: $id) { timeline { nodes { type } } } }', {
    id: ticket.id,
  });
  expect(redacted.timeline.nodes.filter(({ type }) => type === 'message.redacted')).toHaveLength(3);
});
