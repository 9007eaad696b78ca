import { type Desk, made } from '../fixtures/desk.ts';
import type { Things } from '../fixtures/fixtures.ts';
import { AGENTS, LEADS, READERS } from './callers.ts';
import { eq, type Rights } from './right.ts';

const freshArticle = ({ base }: Things, n: number, desk: Desk): Promise<string> => {
  const input = { knowledgeBaseId: base.id, title: `Fresh ${n}`, body: 'Fresh.' };
  return made(desk, 'partner', 'articleCreate', 'article', input);
};

export const article = {
  exists: {
    // The base around the customer is for everybody, the other one is INTERNAL.
    base: { own: [...READERS, 'customer', 'partner'], others: [...READERS, 'partner'] },
    section: { own: [...READERS, 'customer', 'partner'], others: [...READERS, 'partner'] },
    article: { own: [...READERS, 'customer', 'partner'], others: [...READERS, 'partner'] },
    draft: { own: [...READERS, 'partner'], others: [...READERS, 'partner'] },
  },
  queries: {
    knowledgeBases: {
      may: [...READERS, 'customer', 'partner'],
      ways: { all: { kind: 'base', args: () => ({}) } },
    },
    knowledgeBase: {
      may: [...READERS, 'customer', 'partner'],
      ways: {
        id: { kind: 'base', args: ({ base }) => ({ id: base.id }) },
        slug: { kind: 'base', args: ({ base }) => ({ slug: base.mark }) },
      },
    },
    article: {
      may: [...READERS, 'customer', 'partner'],
      ways: {
        id: { kind: 'article', args: ({ article }) => ({ id: article.id }) },
        'base and slug': {
          kind: 'article',
          args: ({ base, article }) => ({ knowledgeBaseId: base.id, slug: article.mark }),
        },
        'an unpublished one': { kind: 'draft', args: ({ draft }) => ({ id: draft.id }) },
      },
    },
    articles: {
      may: [...READERS, 'customer', 'partner'],
      ways: {
        all: { kind: 'article', args: () => ({ first: 100 }) },
        base: {
          kind: 'article',
          args: ({ base }) => ({ filter: { knowledgeBaseId: eq(base.id) } }),
        },
        section: {
          kind: 'article',
          args: ({ section }) => ({ filter: { sectionId: eq(section.id) } }),
        },
        'unpublished ones of a base': {
          kind: 'draft',
          args: ({ base }) => ({ filter: { knowledgeBaseId: eq(base.id) } }),
          alone: false,
        },
      },
    },
    articleSearch: {
      may: [...READERS, 'customer', 'partner'],
      ways: {
        words: { kind: 'article', args: ({ article }) => ({ query: article.mark }) },
        'words in a base': {
          kind: 'article',
          args: ({ article, base }) => ({ query: article.mark, knowledgeBaseIds: [base.id] }),
        },
        'words of an unpublished one': {
          kind: 'draft',
          args: ({ draft }) => ({ query: draft.mark }),
        },
      },
    },
  },
  fields: {
    'Article.versions': { from: 'article', type: 'Article', select: 'versions { totalCount }' },
    'Article.owner': { from: 'article', type: 'Article', select: 'owner { id }' },
    'Article.reviewAt': { from: 'article', type: 'Article', select: 'reviewAt' },
  },
  mutations: {
    knowledgeBaseCreate: {
      may: ['admin', 'partner'],
      input: (_, __, n) => ({
        name: `Base ${n}`,
        slug: `base-${n}`,
        audience: 'EXTERNAL',
        locales: ['en'],
      }),
    },
    sectionCreate: {
      may: [...LEADS, 'partner'],
      input: ({ base, section }, _, n) => ({
        knowledgeBaseId: base.id,
        parentId: section.id,
        title: `Section ${n}`,
      }),
    },
    articleCreate: {
      may: [...AGENTS, 'partner'],
      input: ({ base, section, agent }, _, n) => ({
        knowledgeBaseId: base.id,
        sectionId: section.id,
        ownerId: agent.id,
        title: `Article ${n}`,
        body: 'Text.',
      }),
      unchecked: { ownerId: 'agents are known to another service; a wrong one shows as none' },
    },
    articleUpdate: {
      may: [...AGENTS, 'partner'],
      input: ({ article, section, agent }, _, n) => ({
        id: article.id,
        sectionId: section.id,
        ownerId: agent.id,
        comment: `Change ${n}`,
      }),
      unchecked: { ownerId: 'agents are known to another service; a wrong one shows as none' },
    },
    articlePublish: {
      may: [...LEADS, 'partner'],
      input: async (things, _, n, desk) => ({ id: await freshArticle(things, n, desk) }),
    },
    articleArchive: {
      may: [...LEADS, 'partner'],
      input: async (things, _, n, desk) => ({ id: await freshArticle(things, n, desk) }),
    },
  },
} satisfies Rights;
