// oxlint-disable node/no-process-env -- the environment configures the folder of the files
import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uuidOf } from '@deskgraph/common/core/id';
import { type TestService, countStatements } from '@deskgraph/common/testing/testing';
import { Client } from 'pg';
import { type Desk, mutate, openDesk } from '../../../testing/desk.ts';
import { startOwnTickets } from '../../../testing/own-service.ts';
import { upload } from '../../../testing/upload.ts';

const MIB = 1024 * 1024;

let folder: string;
let service: TestService;
let desk: Desk;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-'));
  process.env['FILES_DIR'] = folder;
  service = await startOwnTickets();
  desk = await openDesk(service);
});
afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true });
});

const codes = (payload: { userErrors: { code: string; field: string[] | null }[] }) =>
  payload.userErrors.map(({ code, field }) => `${code} ${field?.join('.')}`);
const replyTo = (ticketId: string, more: object) =>
  mutate(
    desk,
    desk.customer,
    'messageAdd',
    { ticketId, visibility: 'PUBLIC', body: 'Text', ...more },
    'message { text attachments { id } }',
  );
/** What a refused mutation must not change. */
const counts = async (id: string): Promise<unknown> =>
  desk.ask(
    desk.agent,
    'query ($id: ID!) { tickets { totalCount } ticket(id: $id) { version messages { totalCount } attachments { id } } tags { totalCount } }',
    { id },
  );

test('accepts a body of 64 KiB in UTF-8; one byte more is refused, and nothing is stored', async () => {
  const { id } = await desk.ticket();
  const longest = 'ž'.repeat(32 * 1024);
  const { message, userErrors } = await replyTo(id, { body: longest });
  expect([userErrors, (message as { text: string }).text === longest]).toEqual([[], true]);
  const before = await counts(id);
  expect(codes(await replyTo(id, { body: `${longest}.` }))).toEqual(['TOO_LONG input.body']);
  const subject = { subject: 'x'.repeat(256), body: 'Text' };
  expect(codes(await mutate(desk, desk.customer, 'ticketCreate', subject))).toEqual([
    'TOO_LONG input.subject',
  ]);
  expect(
    codes(await mutate(desk, desk.customer, 'ticketCreate', { subject: 'x', body: `${longest}.` })),
  ).toEqual(['TOO_LONG input.body']);
  expect(await counts(id)).toEqual(before);
});

test('a ticket has at most 100 tags, an input at most 50; a refused change creates no tag', async () => {
  const { id } = await desk.ticket();
  const tags = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, n) => `label ${from + n}`);
  const add = (addTags: string[]) =>
    mutate(desk, desk.agent, 'ticketUpdate', { id, addTags }, 'ticket { tags { name } }');
  expect(codes(await add(tags(0, 51)))).toEqual(['TOO_LONG input.addTags']);
  expect(codes(await add(tags(0, 50)))).toEqual([]);
  expect(codes(await add(tags(50, 100)))).toEqual([]);
  const before = await counts(id);
  expect(codes(await add(['one more']))).toEqual(['LIMIT_REACHED input.addTags']);
  expect(await counts(id)).toEqual(before);
  expect((await add(tags(0, 50)))['ticket']).toMatchObject({ tags: { length: 100 } });
});

test('each page of 1,000 messages takes as many statements as the page of a short ticket', async () => {
  const [short, long] = await Promise.all([desk.ticket(), desk.ticket()]);
  await insertMessages(long.id, 999);
  const query = `query ($id: ID!, $after: String) { ticket(id: $id) { messages(first: 100, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } nodes { id text author { id } attachments { id } } } } }`;
  interface Page {
    totalCount: number;
    pageInfo: { hasNextPage: boolean; endCursor: string };
    nodes: { id: string; text: string }[];
  }
  const read = async (id: string, after?: string): Promise<{ page: Page; statements: number }> => {
    let page!: Page;
    const statements = await countStatements(async () => {
      page = (await desk.ask<{ ticket: { messages: Page } }>(desk.customer, query, { id, after }))
        .ticket.messages;
    });
    return { page, statements: statements.length };
  };
  const { statements } = await read(short.id);
  const texts: string[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < 10; pages++) {
    const { page, statements: pageStatements } = await read(long.id, after);
    expect([pageStatements, page.totalCount, page.nodes.length, page.pageInfo.hasNextPage]).toEqual(
      [statements, 1_000, 100, pages < 9],
    );
    texts.push(...page.nodes.map(({ text }) => text));
    after = page.pageInfo.endCursor;
  }
  expect(texts).toEqual([
    'It should have come on Monday.',
    ...Array.from({ length: 999 }, (_, n) => `Message ${n}`),
  ]);
  expect(codes(await replyTo(long.id, { body: 'One more' }))).toEqual([]);
});

/** Inserts messages with one statement. */
async function insertMessages(ticketId: string, count: number): Promise<void> {
  const client = new Client({ connectionString: service.database.ownerUrl });
  await client.connect();
  await client.query(`select set_config('desk.workspace', $1, false)`, [desk.workspace]);
  await client.query(
    `insert into message (id, workspace_id, ticket_id, visibility, channel, author_kind, author_id, author_name, body, text, html, delivery,
       version, created_at, updated_at)
     select gen_random_uuid(), $1, $2, 'PUBLIC', 'PORTAL', 'customer', $3, 'Marta', text, text, text, 'INBOUND', 1, at, at
     from (select 'Message ' || n as text, now() + n * interval '1 millisecond' as at from generate_series(0, $4::integer - 1) n) texts`,
    [desk.workspace, uuidOf('tkt', ticketId), desk.customer.id, count],
  );
  await client.end();
}

test('a message has at most 20 files, also of 10 MB; a refused message leaves its files unused', async () => {
  const { id } = await desk.ticket();
  const big = new Uint8Array(randomBytes(10 * MIB));
  const ids: string[] = [];
  for (let n = 0; n < 21; n++) {
    big[0] = n;
    ids.push(
      await upload(
        desk,
        desk.customer,
        n < 2 ? big : big.subarray(0, 1_000),
        `part ${n}.bin`,
        'application/octet-stream',
      ),
    );
  }
  const before = await counts(id);
  expect(codes(await replyTo(id, { attachmentIds: ids }))).toEqual([
    'TOO_LONG input.attachmentIds',
  ]);
  expect(codes(await replyTo(id, { attachmentIds: ids.slice(0, 20), body: '' }))).toEqual([
    'REQUIRED input.body',
  ]);
  expect(await counts(id)).toEqual(before);
  const { message } = await replyTo(id, { attachmentIds: ids.slice(0, 20) });
  expect(
    (message as { attachments: { id: string }[] }).attachments.map((file) => file.id).sort(),
  ).toEqual(ids.slice(0, 20).sort());
  expect(await readdir(join(folder, desk.workspace))).toHaveLength(21);
});

test('a file has at most 25 MiB and exactly the declared size; a refused upload leaves no bytes', async () => {
  const announce = (size: number) =>
    mutate(
      desk,
      desk.customer,
      'attachmentUploadCreate',
      { name: 'a.bin', contentType: 'application/octet-stream', size },
      'uploadUrl',
    );
  expect(codes(await announce(25 * MIB + 1))).toEqual(['TOO_LONG input.size']);
  expect(codes(await announce(0))).toEqual(['INVALID input.size']);
  expect(codes(await announce(25 * MIB))).toEqual([]);
  const before = await readdir(join(folder, desk.workspace));
  await expect(
    upload(desk, desk.customer, new Uint8Array(Buffer.from('#!/bin/sh\n'))),
  ).rejects.toThrow(/415/);
  expect(await readdir(join(folder, desk.workspace))).toEqual(before);
});
