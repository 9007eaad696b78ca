import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { type TestClient, countStatements } from '@deskgraph/common/testing/client';
import { type Desk, mutate, openDesk, startTickets } from '../../../testing/desk.ts';

let service: TestClient;
let desk: Desk;
beforeAll(async () => {
  service = await startTickets();
  desk = await openDesk(service);
});
afterAll(() => service.stop());

interface Highlight {
  place: string;
  message: { id: string } | null;
  text: string;
  ranges: { start: number; end: number }[];
}
interface SearchHit {
  subject: string;
  number: number;
  highlights: Highlight[] | null;
}
const SEARCH = `query ($filter: TicketFilter, $orderBy: [TicketOrder!], $first: Int, $after: String) {
  tickets(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    totalCount pageInfo { endCursor hasNextPage }
    edges { node { subject number } highlights { place message { id } text ranges { start end } } } } }`;
const BEST = [{ field: 'RELEVANCE' }];

async function search(
  text: string,
  actor: Actor = desk.agent,
  overrides: object = {},
): Promise<SearchHit[]> {
  const { tickets } = await desk.ask<{
    tickets: {
      edges: { node: { subject: string; number: number }; highlights: Highlight[] | null }[];
    };
  }>(actor, SEARCH, { filter: { text }, orderBy: BEST, first: 25, ...overrides });
  return tickets.edges.map(({ node, highlights }) => Object.assign(node, { highlights }));
}
const subjects = async (text: string, actor?: Actor): Promise<string[]> =>
  (await search(text, actor)).map(({ subject }) => subject);

/** The highlighted words, by place. */
const highlightedWords = (highlights: Highlight[] | null): [string, string[]][] =>
  (highlights ?? []).map(({ place, text, ranges }) => [
    place,
    ranges.map(({ start, end }) => Array.from(text).slice(start, end).join('')),
  ]);

/** A ticket that an agent opens for a requester. */
const ticketOf = async (name: string, value: string, subject: string): Promise<string> => {
  const requester = { name, email: value };
  const input = { subject, body: 'It is dim.', requester, channel: 'EMAIL' };
  return (
    (await mutate(desk, desk.agent, 'ticketCreate', input, 'ticket { id }'))['ticket'] as {
      id: string;
    }
  ).id;
};
const note = (ticketId: string, body: string) =>
  mutate(desk, desk.agent, 'messageAdd', { ticketId, body, visibility: 'PRIVATE' });

test('ignores an empty search; finds nothing for symbols without a word', async () => {
  await desk.ticket();
  const count = async (filter?: object): Promise<number> => {
    const { tickets } = await desk.ask<{ tickets: { totalCount: number } }>(
      desk.agent,
      'query ($filter: TicketFilter) { tickets(filter: $filter) { totalCount } }',
      { filter },
    );
    return tickets.totalCount;
  };
  for (const text of ['', '  ']) expect(await count({ text })).toBe(await count());
  for (const text of ['🎉', '%']) expect(await count({ text })).toBe(0);
});

describe('finds and highlights words in all supported languages', () => {
  test.each([
    ['en, a word that is being typed', 'Broken kettle', 'It LEAKS from below.', 'leak', ['LEAKS']],
    [
      'pt, without its marks',
      'Devolução atrasada',
      'A máquina não está cá.',
      'devolucao maquina',
      ['Devolução', 'máquina'],
    ],
    ['sl, with its marks', 'Račun za junij', 'Prosim za nov račun.', 'RAČUN', ['Račun', 'račun']],
    [
      'zh-Hans, inside a sentence',
      '退款申请',
      '我想申请退款，谢谢。',
      '申请退款',
      ['退款', '申请', '申请退款'],
    ],
    [
      'zh-Hant, inside a sentence',
      '發票遺失',
      '請再寄一次電子發票給我。',
      '電子發票',
      ['發票', '電子發票'],
    ],
    ['a number with letters', 'Order', 'The order is AB-77812.', 'ab-77812', ['AB', '77812']],
    [
      'a mail address',
      'Another mailbox',
      'Write to petra.kos@firma.example instead.',
      'petra.kos@firma.example',
      ['petra', 'kos', 'firma', 'example'],
    ],
  ])('%s', async (_, subject, body, text, marks) => {
    await desk.ticket({ subject, body });
    const [found] = await search(text);
    expect(found?.subject).toBe(subject);
    expect(highlightedWords(found!.highlights).flatMap(([, words]) => words)).toEqual(marks);
  });

  test('counts code points, not UTF-16 units, in highlights', async () => {
    await desk.ticket({ subject: '🫖🫖 the samovar 𠮷', body: 'x' });
    expect((await search('samovar'))[0]!.highlights).toMatchObject([
      { text: '🫖🫖 the samovar 𠮷', ranges: [{ start: 7, end: 14 }] },
    ]);
  });

  test('returns text that looks like markup unchanged', async () => {
    await desk.ticket({ subject: 'Markup', body: 'Say `<b>zeppelin</b>` loudly' });
    expect(highlightedWords((await search('zeppelin'))[0]!.highlights)).toEqual([
      ['MESSAGE', ['zeppelin']],
    ]);
    expect((await search('zeppelin'))[0]!.highlights![0]!.text).toContain('<b>zeppelin</b>');
  });
});

test('ranks subject before requester name before messages, and whole words before prefixes', async () => {
  await desk.ticket({ subject: 'Said', body: 'The lantern is dim.' });
  await desk.ticket({ subject: 'Begun', body: 'The lanternfish is dim.' });
  await desk.ticket({ subject: 'Lantern', body: 'It is dim.' });
  await ticketOf('Lea Lantern', 'l@x.example', 'Asked by');
  expect(await subjects('lantern')).toEqual(['Lantern', 'Asked by', 'Said', 'Begun']);
  const names = await search('lea lantern');
  expect(highlightedWords(names[0]!.highlights)).toEqual([['REQUESTER', ['Lea', 'Lantern']]]);
});

test('pages through a ranked list without gaps or duplicates', async () => {
  for (let n = 0; n < 7; n++)
    await desk.ticket({ subject: n % 2 ? `Paging ${n}` : `${n}`, body: 'About paging and more.' });
  const all = await search('paging');
  expect(all).toHaveLength(7);
  interface Page {
    tickets: {
      totalCount: number;
      pageInfo: { endCursor: string; hasNextPage: boolean };
      edges: { node: { subject: string } }[];
    };
  }
  const paged: string[] = [];
  for (let after: string | null = null, more = true; more;) {
    const { tickets }: Page = await desk.ask<Page>(desk.agent, SEARCH, {
      filter: { text: 'paging' },
      orderBy: BEST,
      first: 2,
      after,
    });
    expect(tickets.totalCount).toBe(7);
    paged.push(...tickets.edges.map(({ node }) => node.subject));
    ({ endCursor: after, hasNextPage: more } = tickets.pageInfo);
  }
  expect(paged).toEqual(all.map(({ subject }) => subject));
});

test('ranks the ticket with the searched number first; finds tickets by the requester’s address for staff only', async () => {
  const { number } = await desk.ticket({ subject: 'Numbered' });
  await desk.ticket({ subject: `Not ${number}`, body: `Like ${number}.` });
  for (const text of [`#${number}`, `${number}`])
    for (const actor of [desk.agent, desk.customer])
      expect((await search(text, actor))[0]!.subject).toBe('Numbered');
  expect(await subjects(`#${number}`, desk.stranger)).toEqual([]);
  await ticketOf('Mira', 'mira.novak@addressed.example', 'By address');
  expect(await subjects('Mira.Novak@addressed.example')).toEqual(['By address']);
  expect(await subjects('mira.novak@addressed.example', desk.customer)).toEqual([]);
});

test('neither finds nor highlights words of private notes for requesters', async () => {
  const { id } = await desk.ticket({ subject: 'Noted parasol', body: 'Hello' });
  await note(id, 'The parasol: a chatterbox.');
  expect(highlightedWords((await search('chatterbox'))[0]!.highlights)).toEqual([
    ['MESSAGE', ['chatterbox']],
  ]);
  expect(await search('chatterbox', desk.customer)).toEqual([]);
  expect(highlightedWords((await search('parasol', desk.customer))[0]!.highlights)).toEqual([
    ['SUBJECT', ['parasol']],
  ]);
  const both = { filter: { or: [{ text: 'parasol' }, { text: 'chatterbox' }] } };
  expect(highlightedWords((await search('', desk.customer, both))[0]!.highlights)).toEqual([
    ['SUBJECT', ['parasol']],
  ]);
});

test('finds a changed subject and requester, and no longer the previous ones', async () => {
  const id = await ticketOf('Formosa', 'f@x.example', 'Formerly');
  await mutate(desk, desk.agent, 'ticketUpdate', { id, subject: 'Nowadays' });
  expect([await subjects('formerly'), await subjects('nowadays')]).toEqual([[], ['Nowadays']]);
  await mutate(desk, desk.agent, 'ticketRequesterChange', {
    id,
    requester: { email: 'n@x.example', name: 'Novella' },
  });
  expect([await subjects('formosa'), await subjects('novella')]).toEqual([[], ['Nowadays']]);
});

test('refuses ordering by relevance without a text; returns no highlights without one', async () => {
  const response = await service.query(desk.agent, SEARCH, { orderBy: BEST });
  expect(response.errors).toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT', field: ['orderBy'] } },
  ]);
  await desk.ticket();
  const { tickets } = await desk.ask<{ tickets: { edges: SearchHit[] } }>(desk.agent, SEARCH, {
    filter: {},
    first: 1,
  });
  expect(tickets.edges[0]!.highlights).toBeNull();
});

test('reads the highlights of a page with a constant number of statements', async () => {
  for (let n = 0; n < 6; n++) await desk.ticket({ subject: 'Costly', body: 'A costly thing.' });
  const cost = async (first: number): Promise<number> =>
    (await countStatements(() => search('costly', desk.agent, { first }))).length;
  await search('costly');
  expect(await cost(6)).toBe(await cost(1));
});
