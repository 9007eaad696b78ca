import { type Actor, Auth, Role, allows } from '@deskgraph/common/auth/access';
import { ForwardArgs, type Page, PageArgs } from '@deskgraph/common/database/pagination';
import { DateScalar, Locale } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Agent } from '../actor/actor.ts';
import { isStaff } from '../actor/staff.ts';
import { KnowledgeBase } from '../base/base.ts';
import * as bases from '../base/find.ts';
import * as sections from '../section/find.ts';
import { Section } from '../section/section.ts';
import { archive } from './archive.ts';
import { Article, ArticleConnection, ArticlePermissions, ArticleVisibility } from './article.ts';
import { create } from './create.ts';
import { ArticleFilter, ArticleOrder } from './filter.ts';
import { one } from './find.ts';
import { versions } from './history.ts';
import {
  ArticleArchiveInput,
  ArticleCreateInput,
  ArticlePublishInput,
  ArticleUpdateInput,
} from './input.ts';
import { list, listOf } from './list.ts';
import {
  ArticleArchivePayload,
  ArticleCreatePayload,
  type ArticlePayload,
  ArticlePublishPayload,
  ArticleUpdatePayload,
} from './payload.ts';
import { publish } from './publish.ts';
import { headOf, textOf } from './text.ts';
import { update } from './update.ts';
import { type ArticleVersion, ArticleVersionConnection } from './version.ts';

const WRITERS = { scopes: ['articles:write'], roles: [Role.AGENT] } as const;
const PUBLISHERS = { scopes: ['articles:write'], roles: [Role.LEAD] } as const;
const may = (rule: typeof WRITERS | typeof PUBLISHERS, actor: Actor): boolean =>
  isStaff(actor) && allows(rule, actor);

@Resolver(() => Article)
export class ArticleResolver {
  @FieldResolver(() => KnowledgeBase, { description: 'The base that it is in.' })
  async knowledgeBase(
    @Root() { knowledgeBaseId }: Article,
    @Ctx() context: Context,
  ): Promise<KnowledgeBase> {
    return (await bases.byId(context, knowledgeBaseId))!;
  }

  @FieldResolver(() => Section, {
    nullable: true,
    description: 'The section that it is in; null when it is in none.',
  })
  section(@Root() { sectionId }: Article, @Ctx() context: Context): Promise<Section | null> | null {
    return sectionId === null ? null : sections.byId(context, sectionId);
  }

  @FieldResolver(() => ArticleVisibility, { description: 'Who may read it.' })
  visibility(@Root() { audience }: Article): ArticleVisibility {
    return { audience };
  }

  @FieldResolver(() => String, {
    description:
      'The title, in the language that is asked for or else the one that it was written in.',
  })
  title(
    @Root() article: Article,
    @Arg('locale', () => Locale, { nullable: true }) locale: string | undefined,
  ): string {
    return headOf(article, locale).title;
  }

  @FieldResolver(() => String, {
    description: 'How it begins: plain text of at most 300 characters.',
  })
  summary(
    @Root() article: Article,
    @Arg('locale', () => Locale, { nullable: true }) locale: string | undefined,
  ): string {
    return headOf(article, locale).summary;
  }

  @FieldResolver(() => String, { description: 'The text, Markdown of at most 256 KiB.' })
  async body(
    @Root() article: Article,
    @Arg('locale', () => Locale, { nullable: true }) locale: string | undefined,
    @Ctx() context: Context,
  ): Promise<string> {
    return (await textOf(context, article, locale)).body;
  }

  @FieldResolver(() => String, {
    description: 'The text as HTML without anything that could do harm.',
  })
  async html(
    @Root() article: Article,
    @Arg('locale', () => Locale, { nullable: true }) locale: string | undefined,
    @Ctx() context: Context,
  ): Promise<string> {
    return (await textOf(context, article, locale)).html;
  }

  @FieldResolver(() => Locale, {
    description: 'The language that title and text are in when this one is asked for.',
  })
  servedLocale(
    @Root() article: Article,
    @Arg('locale', () => Locale, { nullable: true }) locale: string | undefined,
  ): string {
    return headOf(article, locale).locale;
  }

  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => ArticleVersionConnection, {
    nullable: true,
    description: 'Its versions, newest first; for staff only.',
  })
  versions(
    @Root() article: Article,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() context: Context,
  ): Promise<Page<ArticleVersion>> {
    return versions(context, article, page);
  }

  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => Agent, {
    nullable: true,
    description: 'The agent who keeps it right; for staff only.',
  })
  owner(@Root() { ownerId }: Article): Agent | null {
    return ownerId === null ? null : Object.assign(new Agent(), { id: ownerId });
  }

  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => DateScalar, {
    nullable: true,
    description: 'The day to look it through again; for staff only.',
  })
  reviewAt(@Root() { reviewOn }: Article): string | null {
    return reviewOn;
  }

  @FieldResolver(() => ArticlePermissions, { description: 'What the caller may do with it.' })
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
      'One article by its id, or by its base and slug; null when there is none for the caller.',
  })
  article(
    @Arg('id', () => ID, { nullable: true }) id: string | undefined,
    @Arg('knowledgeBaseId', () => ID, { nullable: true, description: 'The base of the slug.' })
    knowledgeBaseId: string | undefined,
    @Arg('slug', () => String, { nullable: true, description: 'The name in addresses.' }) slug:
      | string
      | undefined,
    @Ctx() context: Context,
  ): Promise<Article | null> {
    return one(context, {
      id: id ?? null,
      knowledgeBaseId: knowledgeBaseId ?? null,
      slug: slug ?? null,
    });
  }

  @Auth({ scopes: ['articles:read'] })
  @Query(() => ArticleConnection, {
    description: 'Articles that the caller may read, by default in the order of their places.',
  })
  articles(
    @Arg('filter', () => ArticleFilter, { nullable: true }) filter: ArticleFilter | undefined,
    @Arg('orderBy', () => [ArticleOrder], { nullable: true }) orderBy: ArticleOrder[] | undefined,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() context: Context,
  ): Promise<Page<Article>> {
    return list(context, Object.assign(page, { filter, orderBy }));
  }

  @Auth(WRITERS)
  @Mutation(() => ArticleCreatePayload, { description: 'Create an article, as a draft.' })
  articleCreate(
    @Arg('input', () => ArticleCreateInput) input: ArticleCreateInput,
    @Ctx() context: Context,
  ): Promise<ArticlePayload> {
    return create(context, input);
  }

  @Auth(WRITERS)
  @Mutation(() => ArticleUpdatePayload, {
    description:
      'Change an article. Its text becomes a new version; readers keep the published one until articlePublish.',
  })
  articleUpdate(
    @Arg('input', () => ArticleUpdateInput) input: ArticleUpdateInput,
    @Ctx() context: Context,
  ): Promise<ArticlePayload> {
    return update(context, input);
  }

  @Auth(PUBLISHERS)
  @Mutation(() => ArticlePublishPayload, {
    description:
      'Make the newest version of an article public, now or at an instant; an archived one comes back.',
  })
  articlePublish(
    @Arg('input', () => ArticlePublishInput) input: ArticlePublishInput,
    @Ctx() context: Context,
  ): Promise<ArticlePayload> {
    return publish(context, input);
  }

  @Auth(PUBLISHERS)
  @Mutation(() => ArticleArchivePayload, {
    description: 'Take an article away from readers; staff still find it.',
  })
  articleArchive(
    @Arg('input', () => ArticleArchiveInput) input: ArticleArchiveInput,
    @Ctx() context: Context,
  ): Promise<ArticlePayload> {
    return archive(context, input);
  }
}

@Resolver(() => KnowledgeBase)
export class BaseArticleResolver {
  @FieldResolver(() => ArticleConnection, {
    description: 'Its articles that the caller may read, in order.',
  })
  articles(
    @Root() { id }: KnowledgeBase,
    @Arg('filter', () => ArticleFilter, { nullable: true }) filter: ArticleFilter | undefined,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() context: Context,
  ): Promise<Page<Article>> {
    return listOf(context, 'kba', id, Object.assign(page, { filter }));
  }
}

@Resolver(() => Section)
export class SectionArticleResolver {
  @FieldResolver(() => ArticleConnection, {
    description: 'The articles that stand directly in it and that the caller may read, in order.',
  })
  articles(
    @Root() { id }: Section,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() context: Context,
  ): Promise<Page<Article>> {
    return listOf(context, 'sec', id, page);
  }
}
