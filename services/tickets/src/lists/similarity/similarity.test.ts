import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { type TestClient, countStatements } from '@deskgraph/common/testing/client';
import { type Desk, mutate, openDesk, startTickets } from '../../../testing/desk.ts';

let service: TestClient;
let desk: Desk;
beforeAll(async () => {
  service = await startTickets();
});
beforeEach(async () => {
  desk = await openDesk(service);
});
afterAll(() => service.stop());

type Text = [subject: string, body: string];

/** Texts on the same topic in different words. */
const TOPICS: Record<string, Text[]> = {
  printer: [
    [
      'Label printer prints blank pages',
      'Since the update our label printer feeds paper but nothing is printed.',
    ],
    [
      'Blank labels from the printer',
      'The label printer only gives blank labels after the update.',
    ],
    ['Printer: labels are blank', 'All labels come out blank, the printer was updated yesterday.'],
    ['Label printing broken, blank output', 'Our printer makes blank labels since last night.'],
  ],
  boleto: [
    [
      'Boleto não chegou por e-mail',
      'O boleto da assinatura de março ainda não chegou no meu e-mail.',
    ],
    ['Não recebi o boleto da assinatura', 'Vocês podem enviar o boleto de março? Não chegou.'],
    ['Boleto da assinatura', 'Ainda estou sem o boleto da assinatura deste mês.'],
  ],
  dostava: [
    ['Dostava zamuja', 'Paket s kavnim aparatom bi moral priti v ponedeljek, dostava zamuja.'],
    ['Zamuda pri dostavi paketa', 'Kje je moj paket? Dostava kavnega aparata zamuja že tri dni.'],
    ['Paket ni dostavljen', 'Kavni aparat še ni dostavljen, paket zamuja.'],
  ],
  hans: [
    ['无法登录客户门户', '今天早上开始客户门户无法登录，显示密码错误。'],
    ['客户门户登录失败', '登录客户门户时一直提示密码错误。'],
    ['门户登录不了', '客户门户登录页面报密码错误。'],
  ],
  hant: [
    ['電子發票沒有收到', '上個月的電子發票一直沒有寄來，請補寄發票。'],
    ['請補寄電子發票', '我沒有收到上個月的電子發票。'],
    ['電子發票補寄', '麻煩補寄上個月的電子發票到我的信箱。'],
  ],
};
/** Texts on unrelated topics. */
const NOISE: Text[] = [
  ['Change my delivery address', 'I have moved to Maribor, please use the new street.'],
  ['Garantia do moinho', 'Quanto tempo dura a garantia do moinho elétrico?'],
  ['Menjava velikosti', 'Naročila sem predpasnik, rada bi večjega.'],
  ['想取消订阅', '请帮我停止下个月的咖啡豆。'],
  ['門市營業時間', '請問台北門市週末幾點開門？'],
  ['Gift card balance', 'How much is left on the card that ends with 4410?'],
  ['Thank you', 'You were very kind, thanks for everything!'],
  ['Hello', 'Hi, I have a question, please help me.'],
  ['Kettle does not switch off', 'The water boils on and on, the lid is closed.'],
  ['Troca de café em grãos', 'Recebi o café moído em vez de grãos.'],
];

const open = async ([subject, body]: Text): Promise<string> =>
  (await desk.ticket({ subject, body })).id;

/** Creates the tickets of the topics, mixed with unrelated ones. Returns the ids by topic. */
async function createTickets(): Promise<Record<string, string[]>> {
  const created: Record<string, string[]> = Object.fromEntries(
    Object.keys(TOPICS).map((name) => [name, []]),
  );
  for (const [index, noise] of NOISE.entries()) {
    for (const [name, texts] of Object.entries(TOPICS))
      for (const text of texts.slice(index, index + 1)) created[name]!.push(await open(text));
    await open(noise);
  }
  return created;
}

interface Cluster {
  label: string;
  count: number;
  since: string;
  tickets: { totalCount: number; nodes: { id: string; createdAt: string }[] };
}
const CLUSTERS = `query ($within: Duration, $first: Int) { ticketClusters(within: $within, first: $first) {
  label count since tickets(first: 10) { totalCount nodes { id createdAt } } } }`;
const clusters = async (actor: Actor = desk.light, variables: object = {}): Promise<Cluster[]> =>
  (await desk.ask<{ ticketClusters: Cluster[] }>(actor, CLUSTERS, variables)).ticketClusters;
const idsOf = ({ tickets }: Cluster): string[] => tickets.nodes.map(({ id }) => id).toSorted();

const SIMILAR = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Ticket { id similar { score ticket { id subject } } } } }`;
interface Similar {
  score: number;
  ticket: { id: string; subject: string };
}
const similar = async (ids: string[], actor: Actor = desk.light): Promise<Similar[][]> =>
  (await desk.ask<{ nodes: { similar: Similar[] }[] }>(actor, SIMILAR, { ids })).nodes.map(
    (node) => node.similar,
  );

describe('among tickets on many topics in all supported languages', () => {
  test('clusters the tickets of each topic and nothing else', async () => {
    const created = await createTickets();
    const found = await clusters();
    const sorted = (groups: string[][]): string[] =>
      groups.map((ids) => ids.toSorted().join(' ')).toSorted();
    expect(sorted(found.map(idsOf))).toEqual(sorted(Object.values(created)));
    expect(found[0]).toMatchObject({ count: 4, tickets: { totalCount: 4 } });
    expect(found[0]!.label.toLowerCase()).toContain('blank');
    for (const { since, tickets } of found) expect(since).toBe(tickets.nodes[0]!.createdAt);
  });

  test('finds similar tickets of the same topic only, best match first', async () => {
    const created = await createTickets();
    const all = Object.values(created).flat();
    const found = await similar(all);
    for (const [index, id] of all.entries()) {
      const topic = Object.values(created).find((ids) => ids.includes(id))!;
      const others = found[index]!.map(({ ticket }) => ticket.id);
      expect({ id, others: others.filter((other) => !topic.includes(other)) }).toEqual({
        id,
        others: [],
      });
      expect(others.length).toBeGreaterThan(0);
      expect(others).not.toContain(id);
      const scores = found[index]!.map(({ score }) => score);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      for (const score of scores) expect(score).toBeGreaterThan(0);
      expect(Math.max(...scores)).toBeLessThanOrEqual(1);
    }
  });
});

test('leaves out merged, spam, deleted and inaccessible tickets', async () => {
  const [one, two, merged, spam, binned] = await Promise.all(
    Array.from({ length: 5 }, () => open(TOPICS['printer']![0]!)),
  );
  await mutate(desk, desk.agent, 'ticketMerge', { ids: [merged], intoId: two });
  await mutate(desk, desk.agent, 'ticketSpamMark', { id: spam, spam: true });
  await mutate(desk, desk.lead, 'ticketDelete', { id: binned });
  const [found] = await similar([one!]);
  expect(found).toMatchObject([{ score: 1, ticket: { id: two } }]);
  expect(await clusters()).toEqual([]);
  const bounded = { ...desk.partner, departments: [desk.departmentId] };
  await mutate(desk, desk.agent, 'ticketAssign', { id: one, departmentId: desk.departmentId });
  expect(await similar([one!], bounded)).toEqual([[]]);
});

test('returns the newest of equally similar tickets', async () => {
  const created: string[] = [];
  for (const noise of NOISE) await open(noise);
  for (let n = 0; n < 40; n++) created.push(await open(TOPICS['printer']![0]!));
  const [found] = await similar([created.pop()!]);
  expect(found!.map(({ ticket }) => ticket.id)).toEqual(created.slice(-5).toReversed());
});

test('leaves incidents of a problem out of clusters', async () => {
  const created = await Promise.all(TOPICS['printer']!.map(open));
  expect(await clusters()).toHaveLength(1);
  for (const otherId of created.slice(1))
    await mutate(desk, desk.agent, 'ticketLink', { id: created[0], otherId, kind: 'INCIDENT' });
  expect(await clusters()).toEqual([]);
});

test('refuses requesters and arguments out of bounds', async () => {
  const id = await open(TOPICS['printer']![0]!);
  const codes = async (actor: Actor, query: string, variables: object = {}): Promise<unknown> =>
    (await desk.answer(actor, query, variables)).errors?.map(({ extensions }) => extensions.code);
  expect(await codes(desk.customer, SIMILAR, { ids: [id] })).toEqual(['FORBIDDEN']);
  expect(await codes(desk.customer, CLUSTERS)).toEqual(['FORBIDDEN']);
  for (const variables of [{ first: 51 }, { first: -1 }, { within: 'P91D' }, { within: 'soon' }])
    expect(await codes(desk.agent, CLUSTERS, variables)).toEqual(['BAD_USER_INPUT']);
  expect(
    await codes(
      desk.agent,
      'query ($id: ID!) { ticket(id: $id) { similar(first: 11) { score } } }',
      { id },
    ),
  ).toEqual(['BAD_USER_INPUT']);
});

test('runs a constant number of statements for any number of tickets', async () => {
  const created = Object.values(await createTickets()).flat();
  const cost = async (work: () => Promise<unknown>): Promise<number> =>
    (await countStatements(work)).length;
  expect(await cost(() => similar(created))).toBe(await cost(() => similar(created.slice(0, 1))));
  expect(await cost(() => clusters(desk.light, { first: 5 }))).toBe(
    await cost(() => clusters(desk.light, { first: 1 })),
  );
});
