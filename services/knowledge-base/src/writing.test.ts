import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Actor, Role } from '@deskgraph/common/auth/access';
import { newId } from '@deskgraph/common/core/id';
import {
  type TestService,
  countStatements,
  dataOrThrow,
  newWorkspace,
  userActor,
  startTestService,
} from '@deskgraph/common/testing/testing';
import { unsafeHtmlParts } from '@deskgraph/common/testing/unsafe-html';
import { XSS_PAYLOADS } from '@deskgraph/common/testing/xss-payloads';
import { migrations } from '../migrations/all.ts';
import { renderArticle } from './article/render.ts';
import { subgraph } from './subgraph.ts';

let desk: TestService;
beforeAll(async () => {
  desk = await startTestService(subgraph, migrations);
});
afterAll(async () => {
  await desk.stop();
});

interface Shown {
  id: string;
  slug: string;
  title: string;
  status: string;
  version: number;
  publishAt: string | null;
  publishedAt: string | null;
}
interface Refused {
  code: string;
  field: string[];
}
const SHOWN = 'id slug title status version publishAt publishedAt';

/** People of one workspace, and what they do with articles. */
function people(workspace = newWorkspace()) {
  const admin = userActor(Role.ADMIN, workspace);
  const send = async (
    mutation: string,
    field: string,
    fields: string,
    input: object,
    actor: Actor,
  ) => {
    const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!`;
    const query = `mutation ($input: ${type}) { done: ${mutation}(input: $input) { thing: ${field} { ${fields} } userErrors { code field } } }`;
    return dataOrThrow(
      await desk.query<{ done: { thing: Shown | null; userErrors: Refused[] } }>(actor, query, {
        input,
      }),
    ).done;
  };
  const done = async (mutation: string, input: object, actor: Actor): Promise<Shown> => {
    const { thing, userErrors } = await send(mutation, 'article', SHOWN, input, actor);
    expect(userErrors).toEqual([]);
    return thing!;
  };
  return {
    workspace,
    admin,
    agent: userActor(Role.AGENT, workspace),
    reader: userActor(Role.REQUESTER, workspace),
    base: async (slug: string, audience = 'EXTERNAL', locales = ['en']): Promise<Shown> =>
      (
        await send(
          'knowledgeBaseCreate',
          'knowledgeBase',
          'id',
          { name: slug, slug, audience, locales },
          admin,
        )
      ).thing!,
    section: async (input: object): Promise<Shown> =>
      (await send('sectionCreate', 'section', 'id', input, admin)).thing!,
    refusals: async (
      mutation: string,
      field: string,
      input: object,
      actor: Actor = admin,
    ): Promise<string[]> =>
      (await send(mutation, field, 'id', input, actor)).userErrors.map(
        (error) => `${error.code} ${error.field?.slice(1).join('.') ?? ''}`,
      ),
    article: (knowledgeBaseId: string, input: object, actor: Actor = admin) =>
      done('articleCreate', { knowledgeBaseId, ...input }, actor),
    update: (id: string, input: object, actor: Actor = admin) =>
      done('articleUpdate', { id, ...input }, actor),
    publish: (id: string, at?: string) => done('articlePublish', { id, ...(at && { at }) }, admin),
    archive: (id: string) => done('articleArchive', { id }, admin),
    read: async (actor: Actor, id: string): Promise<Shown | null> =>
      dataOrThrow(
        await desk.query<{ article: Shown | null }>(actor, `{ article(id: "${id}") { ${SHOWN} } }`),
      ).article,
  };
}

/** What the clock does in time, done at once. */
async function pass(workspace: string, statement: string): Promise<void> {
  const em = desk.service.orm.em.fork();
  em.setSessionContext({ variables: { 'desk.workspace': workspace } });
  await em.transactional((inside) =>
    inside.getConnection().execute(statement, [], 'run', inside.getTransactionContext()),
  );
}

describe('publishing versions of an article', () => {
  test('readers see the published version until the next one is published or the article is archived', async () => {
    const { admin, agent, reader, base, article, update, publish, archive, read } = people();
    const { id } = await article(
      (await base('help')).id,
      { title: 'First words', body: 'One' },
      agent,
    );
    expect(await read(reader, id)).toBeNull();
    expect(await publish(id)).toMatchObject({ status: 'PUBLISHED', version: 2 });
    expect(await update(id, { title: 'Second words' }, agent)).toMatchObject({
      status: 'DRAFT',
      title: 'Second words',
      version: 3,
    });
    expect(await read(reader, id)).toMatchObject({ status: 'PUBLISHED', title: 'First words' });
    await publish(id);
    expect(await read(reader, id)).toMatchObject({ title: 'Second words' });
    await publish(id);
    const { article: history } = dataOrThrow(
      await desk.query<{ article: { versions: { totalCount: number; nodes: object[] } } }>(
        agent,
        `{ article(id: "${id}") { versions { totalCount nodes { number title status author { id } } } } }`,
      ),
    );
    expect(history.versions).toEqual({
      totalCount: 2,
      nodes: [
        { number: 2, title: 'Second words', status: 'PUBLISHED', author: { id: agent.id } },
        { number: 1, title: 'First words', status: 'ARCHIVED', author: { id: agent.id } },
      ],
    });
    expect(await archive(id)).toMatchObject({ status: 'ARCHIVED', publishedAt: null });
    expect(await read(reader, id)).toBeNull();
    expect(await read(admin, id)).toMatchObject({ title: 'Second words' });
    expect(await publish(id)).toMatchObject({ status: 'PUBLISHED' });
  });

  test('a scheduled version replaces the published one at its time, not before', async () => {
    const { workspace, agent, reader, base, article, update, publish, read } = people();
    const { id } = await article((await base('help')).id, { title: 'Now', body: 'One' });
    await publish(id);
    await update(id, { title: 'Later' });
    expect(await publish(id, '2999-01-01T00:00:00Z')).toMatchObject({
      status: 'DRAFT',
      publishAt: '2999-01-01T00:00:00.000Z',
    });
    expect(await read(reader, id)).toMatchObject({ title: 'Now', publishAt: null });
    await pass(
      workspace,
      `update article set goes_public_at = now() - interval '1 minute' where goes_public_at is not null`,
    );
    expect(await read(reader, id)).toMatchObject({
      title: 'Later',
      status: 'PUBLISHED',
      publishAt: null,
    });
    expect(await read(agent, id)).toMatchObject({
      title: 'Later',
      status: 'PUBLISHED',
      publishAt: null,
    });
    await update(id, { title: 'Next draft' });
    expect(await read(reader, id)).toMatchObject({ title: 'Later' });
  });

  test('only users who may publish can make hidden content visible', async () => {
    const { admin, agent, base, article, publish, update, refusals } = people();
    const { id } = await article((await base('help')).id, {
      title: 'Inside',
      body: 'One',
      visibility: { audience: 'INTERNAL' },
    });
    await publish(id);
    const wider = { id, visibility: { audience: 'EXTERNAL' } };
    expect(await refusals('articleUpdate', 'article', wider, agent)).toEqual([
      'FORBIDDEN visibility.audience',
    ]);
    await update(id, { expiresAt: '2001-01-01T00:00:00Z' }, agent);
    expect(await refusals('articleUpdate', 'article', { id, expiresAt: null }, agent)).toEqual([
      'FORBIDDEN expiresAt',
    ]);
    await update(id, wider, admin);
    const draft = await article((await base('more')).id, {
      title: 'Draft',
      body: 'One',
      visibility: { audience: 'INTERNAL' },
    });
    await update(draft.id, { visibility: { audience: 'EXTERNAL' } }, agent);
  });

  test('invalid input is refused and the refusal names the field', async () => {
    const { base, section, article, refusals, update } = people();
    const [open, hidden] = [await base('help'), await base('handbook', 'INTERNAL')];
    const foreign = await section({ knowledgeBaseId: hidden.id, title: 'Elsewhere' });
    const text = { knowledgeBaseId: open.id, title: 'Title', body: 'Body' };
    const create = (input: object): Promise<string[]> =>
      refusals('articleCreate', 'article', { ...text, ...input });
    expect(await create({ title: 'x'.repeat(201) })).toEqual(['TOO_LONG title']);
    expect(await create({ title: ' ' })).toEqual(['REQUIRED title']);
    expect(await create({ body: '退'.repeat(100_000) })).toEqual(['TOO_LONG body']);
    expect(await create({ sectionId: foreign.id })).toEqual(['NOT_FOUND sectionId']);
    expect(await create({ knowledgeBaseId: newId('kba') })).toEqual(['NOT_FOUND knowledgeBaseId']);
    expect(
      await create({ knowledgeBaseId: hidden.id, visibility: { audience: 'EXTERNAL' } }),
    ).toEqual(['VISIBILITY_TOO_WIDE visibility.audience']);
    expect(await create({ slug: 'Not A Slug' })).toEqual(['INVALID slug']);
    expect(await create({ media: ['javascript:alert(1)'] })).toEqual(['INVALID media.0']);
    expect(await create({ ownerId: 'nobody' })).toEqual(['NOT_FOUND ownerId']);
    const { id } = await article(open.id, { title: 'Title', body: 'Body', slug: 'mine' });
    expect(await create({ slug: 'mine' })).toEqual(['TAKEN slug']);
    expect(
      await refusals('articleUpdate', 'article', { id, title: 'New', expectedVersion: 7 }),
    ).toEqual(['CONFLICT expectedVersion']);
    expect(await update(id, { title: 'Title' })).toMatchObject({ version: 1 });
    expect(
      await refusals('knowledgeBaseCreate', 'knowledgeBase', {
        name: 'x',
        slug: 'help',
        audience: 'EXTERNAL',
        locales: ['en'],
      }),
    ).toEqual(['TAKEN slug']);
    expect(
      await refusals('sectionCreate', 'section', {
        knowledgeBaseId: open.id,
        title: 'x',
        parentId: foreign.id,
      }),
    ).toEqual(['NOT_FOUND parentId']);
  });

  test('slugs are made from titles in any script; one idempotency key creates one article', async () => {
    const { base, article } = people();
    const { id } = await base('help', 'EXTERNAL', ['zh-Hant', 'en']);
    const slugs: string[] = [];
    for (const title of ['如何退貨？', '如何退貨', 'Devolução: não chegou!', '???'])
      slugs.push((await article(id, { title, body: 'x' })).slug);
    expect(slugs).toEqual(['如何退貨', '如何退貨-2', 'devolucao-nao-chegou', 'article']);
    const input = { title: 'Once', body: 'x', idempotencyKey: 'once' };
    const twice = await Promise.all([article(id, input), article(id, input)]);
    expect(twice[0]).toEqual(twice[1]);
  });
});

/** Five languages as a helpdesk has them: an answer, and how people ask for it. */
const ANSWERS = [
  {
    locale: 'en',
    title: 'How to return an order',
    body: 'Send the parcel back within 30 days and we refund the price.',
    asked: ['returning orders', 'refund for my parcel please'],
  },
  {
    locale: 'pt',
    title: 'Prazo de entrega e rastreamento',
    body: 'A encomenda chega em cinco dias. Acompanhe a entrega com o código.',
    asked: ['entrega', 'rastrear encomendas'],
  },
  {
    locale: 'sl',
    title: 'Vračilo in zamenjava izdelkov',
    body: 'Izdelek lahko vrnete v 14 dneh. Poštnino plača kupec.',
    asked: ['vračila', 'zamenjavo izdelka'],
  },
  {
    locale: 'zh-Hant',
    title: '如何更改送貨地址',
    body: '訂單出貨之前，您可以在會員中心更改收件地址。',
    asked: ['送貨地址', '更改收件地址'],
  },
  {
    locale: 'zh-Hans',
    title: '发票怎么开',
    body: '电子发票会在付款后发送到您的邮箱。',
    asked: ['电子发票', '我的发票在哪里'],
  },
];

async function library() {
  const desks = people();
  for (const { locale, title, body } of ANSWERS) {
    const base = await desks.base(locale.toLowerCase(), 'EXTERNAL', [locale]);
    const { id } = await desks.article(base.id, { title, body });
    await desks.publish(id);
    const other = await desks.article(base.id, { title: `Other ${locale}`, body });
    await desks.publish(other.id);
  }
  return desks;
}

describe('search and suggestions', () => {
  test('a search works in every language, ranks title before text and marks the words', async () => {
    const { reader } = await library();
    for (const { title, asked } of ANSWERS)
      for (const query of asked) {
        const { articleSearch } = dataOrThrow(
          await desk.query<{
            articleSearch: {
              totalCount: number;
              nodes: { score: number; snippet: string; article: Shown }[];
            };
          }>(
            reader,
            'query ($query: String!) { articleSearch(query: $query) { totalCount nodes { score snippet article { title } } } }',
            { query },
          ),
        );
        expect([query, articleSearch.nodes[0]?.article.title]).toEqual([query, title]);
        const scores = articleSearch.nodes.map(({ score }) => score);
        expect(scores).toEqual(scores.toSorted((one, other) => other - one));
        expect(scores.every((score) => score > 0 && score <= 1)).toBe(true);
        expect(articleSearch.totalCount).toBe(articleSearch.nodes.length);
        expect([
          query,
          articleSearch.nodes.some(({ snippet }) => /\*\*[^*]+\*\*/.test(snippet)),
        ]).toEqual([query, true]);
      }
    const nothing = await desk.query<{ articleSearch: object }>(
      reader,
      `{ articleSearch(query: "?! zzzz") { totalCount nodes { score } } }`,
    );
    expect(dataOrThrow(nothing).articleSearch).toEqual({ totalCount: 0, nodes: [] });
    const long = await desk.query<unknown>(
      reader,
      `{ articleSearch(query: "${'x'.repeat(201)}") { totalCount } }`,
    );
    expect(long.errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
  });

  const SUGGEST = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Ticket { suggestedArticles { score snippet article { id title knowledgeBase { name } } } } } }`;
  interface Suggested {
    _entities: { suggestedArticles: { score: number; article: Shown }[] }[];
  }
  const tickets = (count: number, mark: string) =>
    Array.from({ length: count }, (_, at) => {
      const { locale, asked } = ANSWERS[at % ANSWERS.length]!;
      return {
        __typename: 'Ticket',
        id: newId('tkt'),
        subject: asked[0],
        description: `${asked[1]} ${mark}${at}`,
        locale,
      };
    });

  test('a ticket gets matching articles in its language; nonsense text gets none', async () => {
    const { reader } = await library();
    const nonsense = [
      'Lorem ipsum',
      'Hello, I have a problem, please help',
      'Olá, preciso de ajuda',
      '你好，請問一下',
      '',
    ].map((subject) => ({
      __typename: 'Ticket',
      id: newId('tkt'),
      subject,
      description: 'xyzzy',
      locale: null,
    }));
    const { _entities } = dataOrThrow(
      await desk.query<Suggested>(reader, SUGGEST, {
        of: [...tickets(ANSWERS.length, 'a'), ...nonsense],
      }),
    );
    expect(_entities.map(({ suggestedArticles }) => suggestedArticles[0]?.article.title)).toEqual([
      ...ANSWERS.map(({ title }) => title),
      ...nonsense.map(() => undefined),
    ]);
    const tooMany = await desk.query<unknown>(
      reader,
      SUGGEST.replace('suggestedArticles', 'suggestedArticles(first: 11)'),
      {
        of: tickets(1, 'b'),
      },
    );
    expect(tooMany.errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
  });

  test('suggestions for 50 tickets take as many statements as for one', async () => {
    const { agent } = await library();
    const ask = (of: object[]) =>
      countStatements(async () => dataOrThrow(await desk.query<Suggested>(agent, SUGGEST, { of })));
    const one = await ask(tickets(1, 'c'));
    const fifty = await ask(tickets(50, 'd'));
    const again = tickets(50, 'e');
    await ask(again);
    expect(fifty.length).toBeLessThanOrEqual(one.length);
    expect((await ask(again)).length).toBeLessThanOrEqual(3);
  });

  test('a removed article is no longer suggested', async () => {
    const { workspace, reader, publish, archive, base, article } = people();
    const { id } = await article((await base('help')).id, { title: 'Garantie', body: 'Two years' });
    const of = [
      {
        __typename: 'Ticket',
        id: newId('tkt'),
        subject: 'Garantie',
        description: '',
        locale: 'de',
      },
    ];
    const titles = async (): Promise<string[]> =>
      dataOrThrow(
        await desk.query<Suggested>(reader, SUGGEST, { of }),
      )._entities[0]!.suggestedArticles.map(({ article: { title } }) => title);
    expect(await titles()).toEqual([]);
    await publish(id);
    expect(await titles()).toEqual(['Garantie']);
    await pass(workspace, `update article set expires_at = now() - interval '1 second'`);
    expect(await titles()).toEqual([]);
    await pass(workspace, `update article set expires_at = null`);
    expect(await titles()).toEqual(['Garantie']);
    await archive(id);
    expect(await titles()).toEqual([]);
  });
});

test('paging in each order and direction returns every article once; sections list their own', async () => {
  const { agent, base, section, article } = people();
  const { id } = await base('help');
  const top = await section({ knowledgeBaseId: id, title: 'Top' });
  const below = await section({ knowledgeBaseId: id, title: 'Below', parentId: top.id });
  const made: string[] = [];
  for (let at = 0; at < 7; at++)
    made.push(
      (
        await article(id, {
          title: `Same ${at % 3}`,
          body: 'x',
          sectionId: [null, top.id, below.id][at % 3],
          ...(at % 2 && { reviewAt: '2027-01-31' }),
        })
      ).id,
    );
  interface Walked {
    articles: {
      totalCount: number;
      nodes: { id: string }[];
      pageInfo: {
        hasNextPage: boolean;
        hasPreviousPage: boolean;
        endCursor: string;
        startCursor: string;
      };
    };
  }
  const page = async (orderBy: object[], args: string): Promise<Walked['articles']> =>
    dataOrThrow(
      await desk.query<Walked>(
        agent,
        `query ($orderBy: [ArticleOrder!]) { articles(orderBy: $orderBy, ${args}) { totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage endCursor startCursor } } }`,
        { orderBy },
      ),
    ).articles;
  for (const field of ['POSITION', 'TITLE', 'PUBLISHED_AT', 'UPDATED_AT', 'REVIEW_AT'])
    for (const direction of ['ASC', 'DESC']) {
      const order = [{ field, direction }];
      const forwards: string[] = [];
      let last = await page(order, 'first: 2');
      for (
        forwards.push(...last.nodes.map((each) => each.id));
        last.pageInfo.hasNextPage;
        forwards.push(...last.nodes.map((each) => each.id))
      )
        last = await page(order, `first: 2, after: "${last.pageInfo.endCursor}"`);
      expect([field, forwards.toSorted()]).toEqual([field, made.toSorted()]);
      const back = await page(order, `last: 6, before: "${last.pageInfo.endCursor}"`);
      expect([field, back.nodes.map((each) => each.id)]).toEqual([field, forwards.slice(0, 6)]);
      expect(last.totalCount).toBe(7);
    }
  interface Tree {
    knowledgeBases: {
      sections: {
        articles: { totalCount: number };
        children: { articles: { totalCount: number; nodes: object[] } }[];
      }[];
    }[];
    inTop: { totalCount: number };
  }
  const tree = dataOrThrow(
    await desk.query<Tree>(
      agent,
      `{ knowledgeBases { sections { articles { totalCount } children { articles(first: 1) { totalCount nodes { id } } } } }
         inTop: articles(filter: { sectionId: { eq: "${top.id}" } }) { totalCount } }`,
    ),
  );
  expect(tree.inTop.totalCount).toBe(4);
  expect(tree.knowledgeBases[0]!.sections[0]).toEqual({
    articles: { totalCount: 2 },
    children: [{ articles: { totalCount: 2, nodes: [{ id: made[2] }] } }],
  });
  const tooMany = await desk.query<unknown>(
    agent,
    `{ knowledgeBases { articles(first: 101) { totalCount } } }`,
  );
  expect(tooMany.errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
});

test('HTML of an article is sanitized', async () => {
  const { base, admin } = people();
  const { id } = await base('harm');
  for (const payload of Object.values(XSS_PAYLOADS).map((family) =>
    family.filter((text) => !text.includes('\0')),
  )) {
    const declared = payload.map((_, n) => `$i${n}: ArticleCreateInput!`).join(', ');
    const fields = payload
      .map(
        (_, n) =>
          `a${n}: articleCreate(input: $i${n}) { article { html } userErrors { code field } }`,
      )
      .join(' ');
    const inputs = Object.fromEntries(
      payload.map((body, n) => [`i${n}`, { knowledgeBaseId: id, title: `Article ${n}`, body }]),
    );
    const answer = await desk.query<Record<string, { article: { html: string } }>>(
      admin,
      `mutation (${declared}) { ${fields} }`,
      inputs,
    );
    const written = dataOrThrow(answer);
    for (const [n, body] of payload.entries())
      expect([body, unsafeHtmlParts(written[`a${n}`]!.article.html)]).toEqual([body, []]);
  }
}, 120_000);

test('long and deeply nested texts are rendered within 20 s', () => {
  const started = performance.now();
  for (const piece of [
    '[',
    '*a_',
    '<',
    '`',
    '> ',
    '![a](',
    '- ',
    '&',
    '|a',
    'a@b.c ',
    '\\[^',
    '((',
  ])
    expect(
      renderArticle(piece.repeat(Math.floor(60_000 / piece.length))).html.length,
    ).toBeGreaterThan(0);
  expect(performance.now() - started).toBeLessThan(20_000);
});
