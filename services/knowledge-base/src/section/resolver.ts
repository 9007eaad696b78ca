import { Auth, Role } from '@deskgraph/common/auth/access';
import { Locale } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { KnowledgeBase } from '../base/base.ts';
import * as bases from '../base/find.ts';
import { SectionCreateInput, SectionCreatePayload, create } from './create.ts';
import { below, byId, topOf } from './find.ts';
import { Section } from './section.ts';

@Resolver(() => Section)
export class SectionResolver {
  @FieldResolver(() => String, {
    description:
      'The title in the language that is asked for, else in the default language of the base.',
  })
  async title(
    @Root() { titles, knowledgeBaseId }: Section,
    @Arg('locale', () => Locale, { nullable: true }) locale: string | undefined,
    @Ctx() context: Context,
  ): Promise<string> {
    const wanted = locale === undefined ? undefined : titles[locale];
    return wanted ?? titles[(await bases.byId(context, knowledgeBaseId))!.locales[0]!]!;
  }

  @FieldResolver(() => KnowledgeBase, { description: 'The base that it is in.' })
  async knowledgeBase(
    @Root() { knowledgeBaseId }: Section,
    @Ctx() context: Context,
  ): Promise<KnowledgeBase> {
    return (await bases.byId(context, knowledgeBaseId))!;
  }

  @FieldResolver(() => Section, {
    nullable: true,
    description: 'The section above it; null for a category.',
  })
  parent(@Root() { parentId }: Section, @Ctx() context: Context): Promise<Section | null> | null {
    return parentId === null ? null : byId(context, parentId);
  }

  @FieldResolver(() => [Section], { description: 'The sections directly below it, in order.' })
  children(@Root() { id }: Section, @Ctx() context: Context): Promise<Section[]> {
    return below(context, id);
  }

  @Auth({ scopes: ['articles:write'], roles: [Role.LEAD] })
  @Mutation(() => SectionCreatePayload, {
    description: 'Create a section of a knowledge base, which has at most 1000.',
  })
  sectionCreate(
    @Arg('input', () => SectionCreateInput) input: SectionCreateInput,
    @Ctx() context: Context,
  ): Promise<SectionCreatePayload> {
    return create(context, input);
  }
}

@Resolver(() => KnowledgeBase)
export class BaseSectionResolver {
  @FieldResolver(() => [Section], {
    description: 'Its categories, the sections that have none above them, in order.',
  })
  sections(@Root() { id }: KnowledgeBase, @Ctx() context: Context): Promise<Section[]> {
    return topOf(context, id);
  }
}
