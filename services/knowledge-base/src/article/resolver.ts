import { type Actor, Auth, Role, allows } from '@deskgraph/common/auth/access';
import { ForwardArgs, type Page, PageArgs } from '@deskgraph/common/database/pagination';
import { DateScalar, Locale } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Agent } from '../actor/actor.ts';
import { canReadInternal } from '../actor/staff.ts';
import { KnowledgeBase } from '../base/base.ts';
import { knowledgeBaseById } from '../base/find.ts';
import { sectionById } from '../section/find.ts';
import { Section } from '../section/section.ts';
import { archiveArticle } from './archive.ts';
import { Article, ArticleConnection, ArticlePermissions, ArticleVisibility } from './article.ts';
import { createArticle } from './create.ts';
import { ArticleFilter, ArticleOrder } from './filter.ts';
import { findArticle } from './find.ts';
import { articleVersions } from './history.ts';
import {
  ArticleArchiveInput,
  ArticleCreateInput,
  ArticlePublishInput,
  ArticleUpdateInput,
} from './input.ts';
import { findArticles, articlesOfParent } from './list.ts';
import {
  ArticleArchivePayload,
  ArticleCreatePayload,
  type ArticlePayload,
  ArticlePublishPayload,
  ArticleUpdatePayload,
} from './payload.ts';
import { publishArticle } from './publish.ts';
import { articleHead, articleText } from './text.ts';
import { updateArticle } from './update.ts';
import { type ArticleVersion, ArticleVersionConnection } from './version.ts';

const WRITERS = { scopes: ['articles:write'], roles: [Role.AGENT] } as const;
const PUBLISHERS = { scopes: ['articles:write'], roles: [Role.LEAD] } as const;
const may = (rule: typeof WRITERS | typeof PUBLISHERS, actor: Actor): boolean =>
  canReadInternal(actor) && allows(rule, actor);

@Resolver(() => Article)
export class ArticleResolver {
  @FieldResolver(() => KnowledgeBase, { description: 'The knowledge base.' })
  async knowledgeBase(
    @Root() { knowledgeBaseId }: Article,
    @Ctx() ctx: Context,
  ): Promise<KnowledgeBase> {
    return (await knowledgeBaseById(ctx, knowledgeBaseId))!;
  }

  @FieldResolver(() => Section, {
    nullable: true,
    description: 'The section. Null when it is in none.',
  })
  section(@Root() { sectionId }: Article, @Ctx() ctx: Context): Promise<Section | null> | null {
    return sectionId === null ? null : sectionById(ctx, sectionId);
  }

  @FieldResolver(() => ArticleVisibility, { description: 'The readers.' })
  visibility(@Root() { audience }: Article): ArticleVisibility {
    return { audience };
  }

  @FieldResolver(() => String, {
    description: 'The title in the given locale, else in the original language.',
  })
  title(
    @Root() article: Article,
    @Arg('locale', () => Locale, { nullable: true }) locale: string | undefined,
  ): string {
    return articleHead(article, locale).title;
  }

  @FieldResolver(() => String, {
    description: 'The beginning of the article: plain text of at most 300 characters.',
  })
  summary(
    @Root() article: Article,
    @Arg('locale', () => Locale, { nullable: true }) locale: string | undefined,
  ): string {
    return articleHead(article, locale).summary;
  }

  @FieldResolver(() => String, { description: 'The text as Markdown, at most 256 KiB.' })
  async body(
    @Root() article: Article,
    @Arg('locale', () => Locale, { nullable: true }) locale: string | undefined,
    @Ctx() ctx: Context,
  ): Promise<string> {
    return (await articleText(ctx, article, locale)).body;
  }

  @FieldResolver(() => String, {
    description: 'The text as sanitized HTML.',
  })
  async html(
    @Root() article: Article,
    @Arg('locale', () => Locale, { nullable: true }) locale: string | undefined,
    @Ctx() ctx: Context,
  ): Promise<string> {
    return (await articleText(ctx, article, locale)).html;
  }

  @FieldResolver(() => Locale, {
    description: 'The language of title and text for the given locale.',
  })
  servedLocale(
    @Root() article: Article,
    @Arg('locale', () => Locale, { nullable: true }) locale: string | undefined,
  ): string {
    return articleHead(article, locale).locale;
  }

  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => ArticleVersionConnection, {
    nullable: true,
    description: 'The versions, newest first. Staff only.',
  })
  versions(
    @Root() article: Article,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<ArticleVersion>> {
    return articleVersions(ctx, article, page);
  }

  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => Agent, {
    nullable: true,
    description: 'The agent responsible for it. Staff only.',
  })
  owner(@Root() { ownerId }: Article): Agent | null {
    return ownerId === null ? null : Object.assign(new Agent(), { id: ownerId });
  }

  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => DateScalar, {
    nullable: true,
    description: 'The review date. Staff only.',
  })
  reviewAt(@Root() { reviewOn }: Article): string | null {
    return reviewOn;
  }

  @FieldResolver(() => ArticlePermissions, { description: 'The permissions of the caller.' })
  viewerCan(@Ctx() { actor }: Context): ArticlePermissions {
    return {
      update: may(WRITERS, actor),
      publish: may(PUBLISHERS, actor),
      archive: may(PUBLISHERS, actor),
    };
  }

  @Auth({ scopes: ['articles:read'] })
  @Query(() => Article, {
    nullable: true,
    description:
      'An article by id, or by knowledge base and slug. Null when it does not exist for the caller.',
  })
  article(
    @Arg('id', () => ID, { nullable: true }) id: string | undefined,
    @Arg('knowledgeBaseId', () => ID, {
      nullable: true,
      description: 'The knowledge base of the slug.',
    })
    knowledgeBaseId: string | undefined,
    @Arg('slug', () => String, { nullable: true, description: 'The name in URLs.' }) slug:
      | string
      | undefined,
    @Ctx() ctx: Context,
  ): Promise<Article | null> {
    return findArticle(ctx, {
      id: id ?? null,
      knowledgeBaseId: knowledgeBaseId ?? null,
      slug: slug ?? null,
    });
  }

  @Auth({ scopes: ['articles:read'] })
  @Query(() => ArticleConnection, {
    description: 'Articles that the caller may read. The default order is by position.',
  })
  articles(
    @Arg('filter', () => ArticleFilter, { nullable: true }) filter: ArticleFilter | undefined,
    @Arg('orderBy', () => [ArticleOrder], { nullable: true }) orderBy: ArticleOrder[] | undefined,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Article>> {
    return findArticles(ctx, Object.assign(page, { filter, orderBy }));
  }

  @Auth(WRITERS)
  @Mutation(() => ArticleCreatePayload, { description: 'Create an article as a draft.' })
  articleCreate(
    @Arg('input', () => ArticleCreateInput) input: ArticleCreateInput,
    @Ctx() ctx: Context,
  ): Promise<ArticlePayload> {
    return createArticle(ctx, input);
  }

  @Auth(WRITERS)
  @Mutation(() => ArticleUpdatePayload, {
    description:
      'Update an article. A changed text becomes a new version; readers see the published one until articlePublish.',
  })
  articleUpdate(
    @Arg('input', () => ArticleUpdateInput) input: ArticleUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<ArticlePayload> {
    return updateArticle(ctx, input);
  }

  @Auth(PUBLISHERS)
  @Mutation(() => ArticlePublishPayload, {
    description:
      'Publish the newest version of an article, now or at an instant. Publishing an archived article restores it.',
  })
  articlePublish(
    @Arg('input', () => ArticlePublishInput) input: ArticlePublishInput,
    @Ctx() ctx: Context,
  ): Promise<ArticlePayload> {
    return publishArticle(ctx, input);
  }

  @Auth(PUBLISHERS)
  @Mutation(() => ArticleArchivePayload, {
    description: 'Archive an article: readers no longer see it, staff still find it.',
  })
  articleArchive(
    @Arg('input', () => ArticleArchiveInput) input: ArticleArchiveInput,
    @Ctx() ctx: Context,
  ): Promise<ArticlePayload> {
    return archiveArticle(ctx, input);
  }
}

@Resolver(() => KnowledgeBase)
export class BaseArticleResolver {
  @FieldResolver(() => ArticleConnection, {
    description: 'The articles that the caller may read, in order.',
  })
  articles(
    @Root() { id }: KnowledgeBase,
    @Arg('filter', () => ArticleFilter, { nullable: true }) filter: ArticleFilter | undefined,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Article>> {
    return articlesOfParent(ctx, 'kba', id, Object.assign(page, { filter }));
  }
}

@Resolver(() => Section)
export class SectionArticleResolver {
  @FieldResolver(() => ArticleConnection, {
    description: 'The articles directly in the section that the caller may read, in order.',
  })
  articles(
    @Root() { id }: Section,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Article>> {
    return articlesOfParent(ctx, 'sec', id, page);
  }
}
