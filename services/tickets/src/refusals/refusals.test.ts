import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { REFUSAL_CODES } from '@deskgraph/common/core/errors';
import { REFUSAL_TRANSLATIONS } from '@deskgraph/common/core/translations';
import type { TestClient } from '@deskgraph/common/testing/client';
import { type Desk, openDesk, startTickets } from '../../testing/desk.ts';

let service: TestClient;
let desk: Desk;

beforeAll(async () => {
  service = await startTickets();
  desk = await openDesk(service);
});
afterAll(() => service.stop());

test('translates every refusal into every language of the platform', () => {
  const { en: _, ...translations } = REFUSAL_TRANSLATIONS;
  expect(Object.keys(translations)).toEqual(['pt', 'sl', 'zh-Hans', 'zh-Hant']);
  for (const texts of Object.values(translations))
    expect(Object.keys(texts).toSorted()).toEqual(Object.keys(REFUSAL_CODES).toSorted());
});

test.each([
  ['sl', 'To je obvezno.'],
  ['pt-BR,en;q=0.8', 'Isto é obrigatório.'],
  ['zh-TW', '此項必填。'],
  ['zh', '此项必填。'],
  ['fr, sl;q=0.5', 'To je obvezno.'],
  ['fr', 'This is required.'],
  ['', 'This is required.'],
])('answers a refusal to Accept-Language %j in that language', async (language, message) => {
  const query =
    'mutation { ticketCreate(input: { subject: "", body: "x" }) { userErrors { code message } } }';
  const { data } = await service.query<{ ticketCreate: object }>(
    desk.customer,
    query,
    {},
    { 'accept-language': language },
  );
  expect(data!.ticketCreate).toEqual({ userErrors: [{ code: 'REQUIRED', message }] });
});

interface Job {
  finishedAt: string | null;
  results: { nodes: { userErrors: { message: string }[] }[] };
}

test('translates the refusals of a bulk job into the language of each reader', async () => {
  const { id } = await desk.ticket();
  const start = `mutation { ticketsUpdate(input: { ids: ["${id}"], action: { status: SOLVED } }) { job { id } } }`;
  const { ticketsUpdate } = await desk.ask<{ ticketsUpdate: { job: { id: string } } }>(
    desk.agent,
    start,
  );
  const query = `{ bulkJob(id: "${ticketsUpdate.job.id}") { finishedAt results { nodes { userErrors { message } } } } }`;
  const read = async (language: string): Promise<Job> => {
    const { data } = await service.query<{ bulkJob: Job }>(
      desk.agent,
      query,
      {},
      { 'accept-language': language },
    );
    return data!.bulkJob;
  };
  let job = await read('sl');
  while (!job.finishedAt) job = await read('sl');
  expect(job.results.nodes).toEqual([{ userErrors: [{ message: 'To je obvezno.' }] }]);
  expect((await read('en')).results.nodes).toEqual([
    { userErrors: [{ message: 'This is required.' }] },
  ]);
});
