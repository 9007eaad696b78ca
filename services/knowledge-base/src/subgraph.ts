import './refusals.ts';
import { System } from '@deskgraph/common/graphql/shared-types';
import { idPrefix } from '@deskgraph/common/core/id';
import type { SubgraphOptions } from '@deskgraph/common/service/subgraph';
import type { Context } from '@deskgraph/common/database/context';
import { Agent, App } from './actor/actor.ts';
import { Article } from './article/article.ts';
import { articleById } from './article/find.ts';
import {
  ArticleResolver,
  BaseArticleResolver,
  SectionArticleResolver,
} from './article/resolver.ts';
import { KnowledgeBase } from './base/base.ts';
import { knowledgeBaseById } from './base/find.ts';
import { KnowledgeBaseResolver } from './base/resolver.ts';
import { ArticleHitResolver } from './search/resolver.ts';
import { sectionById } from './section/find.ts';
import { BaseSectionResolver, SectionResolver } from './section/resolver.ts';
import { Section } from './section/section.ts';
import { ArticleSuggestionResolver, TicketSuggestionResolver } from './suggestion/resolver.ts';
import { Ticket } from './suggestion/suggestion.ts';

const FINDERS: Record<string, (ctx: Context, id: string) => Promise<unknown>> = {
  kba: knowledgeBaseById,
  sec: sectionById,
  art: articleById,
};

export const subgraph: SubgraphOptions = {
  name: 'knowledge-base',
  entities: [KnowledgeBase, Section, Article],
  resolvers: [
    KnowledgeBaseResolver,
    SectionResolver,
    BaseSectionResolver,
    ArticleResolver,
    BaseArticleResolver,
    SectionArticleResolver,
    ArticleHitResolver,
    TicketSuggestionResolver,
    ArticleSuggestionResolver,
  ],
  orphanedTypes: [Agent, App, System, Ticket],
  references: {
    KnowledgeBase: ({ id }, ctx) => knowledgeBaseById(ctx, id),
    Section: ({ id }, ctx) => sectionById(ctx, id),
    Article: ({ id }, ctx) => articleById(ctx, id),
    Ticket: (reference) => Object.assign(new Ticket(), reference),
  },
  findById: async (ctx, id) => (await FINDERS[idPrefix(id)]?.(ctx, id)) ?? null,
};
