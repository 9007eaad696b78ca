import { Auth, Role } from '@deskgraph/common/auth/access';
import { Locale } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { KnowledgeBase } from '../base/base.ts';
import { knowledgeBaseById } from '../base/find.ts';
import { SectionCreateInput, SectionCreatePayload, createSection } from './create.ts';
import { subsections, sectionById, topSections } from './find.ts';
import { Section } from './section.ts';

@Resolver(() => Section)
export class SectionResolver {
  @FieldResolver(() => String, {
    description:
      'The title in the given locale, else in the default language of the knowledge base.',
  })
  async title(
    @Root() { titles, knowledgeBaseId }: Section,
    @Arg('locale', () => Locale, { nullable: true }) locale: string | undefined,
    @Ctx() ctx: Context,
  ): Promise<string> {
    const title = locale === undefined ? undefined : titles[locale];
    return title ?? titles[(await knowledgeBaseById(ctx, knowledgeBaseId))!.locales[0]!]!;
  }

  @FieldResolver(() => KnowledgeBase, { description: 'The knowledge base.' })
  async knowledgeBase(
    @Root() { knowledgeBaseId }: Section,
    @Ctx() ctx: Context,
  ): Promise<KnowledgeBase> {
    return (await knowledgeBaseById(ctx, knowledgeBaseId))!;
  }

  @FieldResolver(() => Section, {
    nullable: true,
    description: 'The parent section. Null for a category.',
  })
  parent(@Root() { parentId }: Section, @Ctx() ctx: Context): Promise<Section | null> | null {
    return parentId === null ? null : sectionById(ctx, parentId);
  }

  @FieldResolver(() => [Section], { description: 'The direct subsections, in order.' })
  children(@Root() { id }: Section, @Ctx() ctx: Context): Promise<Section[]> {
    return subsections(ctx, id);
  }

  @Auth({ scopes: ['articles:write'], roles: [Role.LEAD] })
  @Mutation(() => SectionCreatePayload, {
    description: 'Create a section. A knowledge base has at most 1000.',
  })
  sectionCreate(
    @Arg('input', () => SectionCreateInput) input: SectionCreateInput,
    @Ctx() ctx: Context,
  ): Promise<SectionCreatePayload> {
    return createSection(ctx, input);
  }
}

@Resolver(() => KnowledgeBase)
export class BaseSectionResolver {
  @FieldResolver(() => [Section], {
    description: 'The categories: sections without a parent, in order.',
  })
  sections(@Root() { id }: KnowledgeBase, @Ctx() ctx: Context): Promise<Section[]> {
    return topSections(ctx, id);
  }
}
