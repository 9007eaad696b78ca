import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Actor } from '@deskgraph/common/auth/access';
import { Role } from '@deskgraph/common/auth/access';
import { newId } from '@deskgraph/common/core/id';
import {
  type GraphqlResponse,
  type TestService,
  appActor,
  dataOrThrow,
  newWorkspace,
  userActor,
  startTestService,
} from '@deskgraph/common/testing/testing';
import { migrations } from '../migrations/all.ts';
import { subgraph } from './subgraph.ts';

let desk: TestService;
const workspace = newWorkspace();
const admin = userActor(Role.ADMIN, workspace);
const agent = userActor(Role.AGENT, workspace);

/** A word that stands in everything that readers must never learn of. */
const CANARY = 'kanarienvogel';

interface Created {
  id: string;
  slug: string;
}

async function change<T>(actor: Actor, mutation: string, field: string, input: object): Promise<T> {
  const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!`;
  const fields = field === 'article' ? 'id slug status version' : 'id';
  const data = dataOrThrow<Record<string, Record<string, unknown>>>(
    await desk.query(
      actor,
      `mutation ($input: ${type}) { done: ${mutation}(input: $input) { thing: ${field} { ${fields} } userErrors { code field } } }`,
      {
        input,
      },
    ),
  );
  if ((data['done']!['userErrors'] as unknown[]).length)
    throw new Error(JSON.stringify(data['done']!['userErrors']));
  return data['done']!['thing'] as T;
}

const newBase = (
  audience: string,
  slug: string,
  actor = admin,
  locales = ['en'],
): Promise<Created> =>
  change(actor, 'knowledgeBaseCreate', 'knowledgeBase', { name: slug, slug, audience, locales });
const newArticle = (knowledgeBaseId: string, input: object, actor = admin): Promise<Created> =>
  change(actor, 'articleCreate', 'article', { knowledgeBaseId, ...input });
const publish = (id: string, at?: string, actor = admin): Promise<Created> =>
  change(actor, 'articlePublish', 'article', { id, at });

beforeAll(async () => {
  desk = await startTestService(subgraph, migrations);
});
afterAll(async () => {
  await desk.stop();
});

describe('restricted content never reaches readers', () => {
  let open: Created;
  let hidden: Created;
  let section: Created;
  const secret: Record<string, Created> = {};

  beforeAll(async () => {
    open = await newBase('EXTERNAL', 'help');
    hidden = await newBase('INTERNAL', 'handbook');
    section = await change(admin, 'sectionCreate', 'section', {
      knowledgeBaseId: open.id,
      title: 'Parcels',
    });
    const hiddenSection = await change<Created>(admin, 'sectionCreate', 'section', {
      knowledgeBaseId: hidden.id,
      title: CANARY,
    });
    const text = { title: `Parcel ${CANARY}`, body: `Parcel about ${CANARY}`, keywords: [CANARY] };
    const inSection = { ...text, sectionId: section.id };
    secret['draft'] = await newArticle(open.id, { ...inSection, slug: 'draft' });
    secret['internal'] = await newArticle(open.id, {
      ...inSection,
      slug: 'internal',
      visibility: { audience: 'INTERNAL' },
    });
    secret['archived'] = await newArticle(open.id, { ...inSection, slug: 'archived' });
    secret['planned'] = await newArticle(open.id, { ...inSection, slug: 'planned' });
    secret['expired'] = await newArticle(open.id, { ...inSection, slug: 'expired' });
    secret['handbook'] = await newArticle(hidden.id, {
      ...text,
      sectionId: hiddenSection.id,
      slug: 'handbook',
    });
    for (const name of ['internal', 'archived', 'expired', 'handbook'])
      await publish(secret[name]!.id);
    await publish(secret['planned']!.id, '2999-01-01T00:00:00Z');
    await change(admin, 'articleArchive', 'article', { id: secret['archived']!.id });
    await change(admin, 'articleUpdate', 'article', {
      id: secret['expired']!.id,
      expiresAt: '2001-01-01T00:00:00Z',
    });
    secret['edited'] = await newArticle(open.id, {
      title: 'Parcel is late',
      body: 'Track the parcel.',
      sectionId: section.id,
      slug: 'late',
    });
    await publish(secret['edited'].id);
    await change(admin, 'articleUpdate', 'article', {
      id: secret['edited'].id,
      ...text,
      comment: CANARY,
      media: [`https://example.org/${CANARY}`],
    });
  });

  const ARTICLE = `id slug title summary body html status keywords media publishAt`;
  const PATHS: Record<string, (ids: string[]) => [query: string, variables?: object]> = {
    'by id': (ids) => [
      `{ ${ids.map((id, at) => `a${at}: article(id: "${id}") { ${ARTICLE} }`).join(' ')} }`,
    ],
    'by slug': () => [
      `{ ${['draft', 'internal', 'archived', 'planned', 'expired', 'late'].map((slug) => `${slug}: article(knowledgeBaseId: "${open.id}", slug: "${slug}") { ${ARTICLE} }`).join(' ')}
         handbook: article(knowledgeBaseId: "${hidden.id}", slug: "handbook") { ${ARTICLE} } }`,
    ],
    entities: (ids) => [
      `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Article { ${ARTICLE} } ... on KnowledgeBase { id name articles { totalCount } } ... on Section { id title } } }`,
      {
        of: [
          ...ids.map((id) => ({ __typename: 'Article', id })),
          { __typename: 'KnowledgeBase', id: hidden.id },
        ],
      },
    ],
    bases: () => [
      `{ knowledgeBases { id name slug sections { title articles { totalCount nodes { ${ARTICLE} } } } articles { totalCount nodes { ${ARTICLE} } } }
         byId: knowledgeBase(id: "${hidden.id}") { name } bySlug: knowledgeBase(slug: "handbook") { name } }`,
    ],
    lists: () => [
      `{ all: articles { totalCount nodes { ${ARTICLE} } }
         internal: articles(filter: { audience: INTERNAL }) { totalCount nodes { id } }
         drafts: articles(filter: { status: [DRAFT, IN_REVIEW, ARCHIVED] }) { totalCount nodes { id } }
         negated: articles(filter: { not: { status: [PUBLISHED] } }) { totalCount nodes { id } }
         base: articles(filter: { knowledgeBaseId: { eq: "${hidden.id}" } }) { totalCount nodes { id } }
         owned: articles(filter: { ownerId: { eq: "${admin.id}" } }) { totalCount nodes { id } }
         ordered: articles(orderBy: [{ field: TITLE }, { field: REVIEW_AT }]) { edges { cursor node { id title } } } }`,
    ],
    search: () => [
      `{ canary: articleSearch(query: "${CANARY}") { totalCount nodes { snippet score article { ${ARTICLE} } } }
         begun: articleSearch(query: "kanar") { totalCount nodes { article { id } } }
         parcel: articleSearch(query: "parcel") { totalCount nodes { snippet article { ${ARTICLE} } } }
         inBase: articleSearch(query: "parcel", knowledgeBaseIds: ["${hidden.id}"]) { totalCount nodes { article { id } } } }`,
    ],
    suggestions: () => [
      `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Ticket { suggestedArticles(first: 10) { score snippet article { ${ARTICLE} } } } } }`,
      {
        of: [
          {
            __typename: 'Ticket',
            id: newId('tkt'),
            subject: `Parcel ${CANARY}`,
            description: CANARY.toUpperCase(),
            locale: 'en',
          },
        ],
      },
    ],
  };

  const readers: [string, () => Actor][] = [
    ['a requester', () => userActor(Role.REQUESTER, workspace)],
    [
      'an app that may only read',
      () => appActor(workspace, ['articles:read', 'tickets:read', 'tickets:write']),
    ],
    ['an admin of another workspace', () => userActor(Role.ADMIN, newWorkspace())],
    ['an app without any right to articles', () => appActor(workspace, ['tickets:read'])],
  ];

  /** The answer without what the question itself said. */
  const leaks = (answer: GraphqlResponse<unknown>): string =>
    JSON.stringify(answer, (key, value: unknown) =>
      key === 'query' || key === 'locations' ? undefined : value,
    ).toLowerCase();

  for (const [who, reader] of readers)
    test(`no path shows the canary text to ${who}`, async () => {
      for (const [path, question] of Object.entries(PATHS)) {
        const [query, variables] = question(Object.values(secret).map(({ id }) => id));
        const answer = await desk.query<unknown>(reader(), query, variables);
        expect([path, leaks(answer)]).toEqual([path, expect.not.stringContaining(CANARY)]);
        for (const [name, { id }] of Object.entries(secret))
          if (name !== 'edited' || who.includes('another') || who.includes('without'))
            expect([path, leaks(answer)]).toEqual([path, expect.not.stringContaining(id)]);
      }
    });

  test('a requester sees only the public article, and the counts match', async () => {
    const [query] = PATHS['lists']!([]);
    const lists = dataOrThrow(
      await desk.query<Record<string, { totalCount: number }>>(
        userActor(Role.REQUESTER, workspace),
        query,
      ),
    );
    const { ordered: _, ...counted } = lists;
    expect(
      Object.fromEntries(
        Object.entries(counted).map(([name, { totalCount }]) => [name, totalCount]),
      ),
    ).toEqual({
      all: 1,
      internal: 0,
      drafts: 0,
      negated: 0,
      base: 0,
      owned: 0,
    });
    const [search] = PATHS['search']!([]);
    const found = dataOrThrow(
      await desk.query<Record<string, { totalCount: number }>>(
        userActor(Role.REQUESTER, workspace),
        search,
      ),
    );
    expect(Object.values(found).map(({ totalCount }) => totalCount)).toEqual([0, 0, 1, 0]);
  });

  test('staff fields are refused: versions to apps that only read, all of them to requesters', async () => {
    const query = `{ article(id: "${secret['edited']!.id}") { id versions { nodes { title } } owner { id } } }`;
    const forApp = await desk.query<unknown>(appActor(workspace, ['articles:read']), query);
    expect(
      forApp.errors!.map(({ path, extensions }) => [path!.join('.'), extensions.code]),
    ).toEqual([['article.versions', 'FORBIDDEN']]);
    const forReader = await desk.query<unknown>(userActor(Role.REQUESTER, workspace), query);
    expect(forReader.errors!.map(({ extensions }) => extensions.code)).toEqual([
      'FORBIDDEN',
      'FORBIDDEN',
    ]);
  });

  test('readers cannot write, and invisible articles are refused like missing ones', async () => {
    const mutation = `mutation ($id: ID!) { articleUpdate(input: { id: $id, title: "x" }) { article { id } userErrors { code message } } }`;
    const refused = await desk.query<unknown>(userActor(Role.REQUESTER, workspace), mutation, {
      id: secret['edited']!.id,
    });
    expect(refused.errors![0]!.extensions.code).toBe('FORBIDDEN');
    const stranger = userActor(Role.ADMIN, newWorkspace());
    const [foreign, absent] = await Promise.all(
      [secret['edited']!.id, newId('art')].map((id) =>
        desk.query<{ articleUpdate: object }>(stranger, mutation, { id }),
      ),
    );
    expect(dataOrThrow(foreign!)).toEqual(dataOrThrow(absent!));
  });

  test('staff and apps with the write scope find the canary text', async () => {
    for (const actor of [
      userActor(Role.LIGHT, workspace),
      agent,
      appActor(workspace, ['articles:read', 'articles:write']),
    ]) {
      const { articleSearch } = dataOrThrow(
        await desk.query<{ articleSearch: { totalCount: number } }>(
          actor,
          `{ articleSearch(query: "${CANARY}") { totalCount } }`,
        ),
      );
      expect(articleSearch.totalCount).toBe(7);
    }
    const [query, variables] = PATHS['suggestions']!([]);
    const { _entities } = dataOrThrow(
      await desk.query<{ _entities: { suggestedArticles: { article: { slug: string } }[] }[] }>(
        agent,
        query,
        variables,
      ),
    );
    const slugs = _entities[0]!.suggestedArticles.map(({ article }) => article.slug);
    expect(slugs.toSorted()).toEqual(['handbook', 'internal', 'late']);
  });
});
