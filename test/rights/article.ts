import { type Desk, createEntity } from '../fixtures/desk.ts';
import type { Fixtures } from '../fixtures/fixtures.ts';
import { AGENTS, LEADS, READERS } from './callers.ts';
import { eq, type Rights } from './right.ts';

const freshArticle = ({ base }: Fixtures, n: number, desk: Desk): Promise<string> => {
  const input = { knowledgeBaseId: base.id, title: `Fresh ${n}`, body: 'Fresh.' };
  return createEntity(desk, 'partner', 'articleCreate', 'article', input);
};

export const article = {
  visibility: {
    // The customer's own fixtures have an EXTERNAL knowledge base, those of the other customer an
    // INTERNAL one.
    base: { own: [...READERS, 'customer', 'partner'], others: [...READERS, 'partner'] },
    section: { own: [...READERS, 'customer', 'partner'], others: [...READERS, 'partner'] },
    article: { own: [...READERS, 'customer', 'partner'], others: [...READERS, 'partner'] },
    draft: { own: [...READERS, 'partner'], others: [...READERS, 'partner'] },
  },
  queries: {
    knowledgeBases: {
      allowed: [...READERS, 'customer', 'partner'],
      lookups: { all: { kind: 'base', args: () => ({}) } },
    },
    knowledgeBase: {
      allowed: [...READERS, 'customer', 'partner'],
      lookups: {
        id: { kind: 'base', args: ({ base }) => ({ id: base.id }) },
        slug: { kind: 'base', args: ({ base }) => ({ slug: base.marker }) },
      },
    },
    article: {
      allowed: [...READERS, 'customer', 'partner'],
      lookups: {
        id: { kind: 'article', args: ({ article }) => ({ id: article.id }) },
        'base and slug': {
          kind: 'article',
          args: ({ base, article }) => ({ knowledgeBaseId: base.id, slug: article.marker }),
        },
        'an unpublished one': { kind: 'draft', args: ({ draft }) => ({ id: draft.id }) },
      },
    },
    articles: {
      allowed: [...READERS, 'customer', 'partner'],
      lookups: {
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
          onlyKind: false,
        },
      },
    },
    articleSearch: {
      allowed: [...READERS, 'customer', 'partner'],
      lookups: {
        words: { kind: 'article', args: ({ article }) => ({ query: article.marker }) },
        'words in a base': {
          kind: 'article',
          args: ({ article, base }) => ({ query: article.marker, knowledgeBaseIds: [base.id] }),
        },
        'words of an unpublished one': {
          kind: 'draft',
          args: ({ draft }) => ({ query: draft.marker }),
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
      allowed: ['admin', 'partner'],
      input: (_, __, n) => ({
        name: `Base ${n}`,
        slug: `base-${n}`,
        audience: 'EXTERNAL',
        locales: ['en'],
      }),
    },
    sectionCreate: {
      allowed: [...LEADS, 'partner'],
      input: ({ base, section }, _, n) => ({
        knowledgeBaseId: base.id,
        parentId: section.id,
        title: `Section ${n}`,
      }),
    },
    articleCreate: {
      allowed: [...AGENTS, 'partner'],
      input: ({ base, section, agent }, _, n) => ({
        knowledgeBaseId: base.id,
        sectionId: section.id,
        ownerId: agent.id,
        title: `Article ${n}`,
        body: 'Text.',
      }),
      unchecked: { ownerId: 'agents belong to another service; an unknown id reads as null' },
    },
    articleUpdate: {
      allowed: [...AGENTS, 'partner'],
      input: ({ article, section, agent }, _, n) => ({
        id: article.id,
        sectionId: section.id,
        ownerId: agent.id,
        comment: `Change ${n}`,
      }),
      unchecked: { ownerId: 'agents belong to another service; an unknown id reads as null' },
    },
    articlePublish: {
      allowed: [...LEADS, 'partner'],
      input: async (fixtures, _, n, desk) => ({ id: await freshArticle(fixtures, n, desk) }),
    },
    articleArchive: {
      allowed: [...LEADS, 'partner'],
      input: async (fixtures, _, n, desk) => ({ id: await freshArticle(fixtures, n, desk) }),
    },
  },
} satisfies Rights;
