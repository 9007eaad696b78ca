import { maxUtf8Bytes, singleLine, optionalFields, z } from '@deskgraph/common/graphql/input';
import { parseId } from '@deskgraph/common/core/id';
import { DateScalar } from '@deskgraph/common/graphql/scalars';
import { Field, ID, InputType, Int } from 'type-graphql';
import { Audience } from '../base/audience.ts';
import { ArticleKind } from './kind.ts';

const title = 'The title, at most 200 characters.';
const body = 'The text, Markdown of at most 256 KiB; HTML in it is shown as it is written.';
const media = 'Addresses (http or https) of films and files that belong to it, at most 20.';
const keywords =
  'Words that it is found by beside those of title and text, at most 50 of at most 60 characters.';

const rules = {
  title: singleLine(200),
  body: maxUtf8Bytes(256 * 1024),
  ownerId: z
    .string()
    .refine((id) => parseId('agt', id) !== undefined, { params: { code: 'NOT_FOUND' } }),
  media: z.array(z.url({ protocol: /^https?$/ }).max(2048)).max(20),
  keywords: z.array(singleLine(60)).max(50),
  comment: z.string().trim().max(500),
};

@InputType({ description: 'Who may read an article.' })
export class ArticleVisibilityInput {
  @Field(() => Audience, { description: 'Whom it is for; not for more people than its base.' })
  audience!: Audience;
}

@InputType({ description: 'The input of articleCreate.' })
export class ArticleCreateInput {
  @Field(() => ID, { description: 'The base that it is in.' }) knowledgeBaseId!: string;
  @Field(() => ID, {
    nullable: true,
    description: 'The section that it is in, one of the base; none by default.',
  })
  sectionId?: string | null;
  @Field(() => ArticleKind, {
    defaultValue: ArticleKind.HOW_TO,
    description: 'The kind of article; HOW_TO by default.',
  })
  kind!: ArticleKind;
  @Field(() => String, { description: title }) title!: string;
  @Field(() => String, { description: body }) body!: string;
  @Field(() => String, {
    nullable: true,
    description:
      'The name in addresses, unique in the base: words of lower-case letters or digits joined by hyphens, at most 80 characters. Made of the title by default.',
  })
  slug?: string | null;
  @Field(() => ArticleVisibilityInput, {
    nullable: true,
    description: 'Who may read it; by default everybody whom the base is for.',
  })
  visibility?: ArticleVisibilityInput | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The agent who keeps it right; by default the caller.',
  })
  ownerId?: string | null;
  @Field(() => DateScalar, {
    nullable: true,
    description: 'The day to look it through again; by default in 180 days.',
  })
  reviewAt?: string | null;
  @Field(() => [String], { nullable: true, description: media }) media?: string[] | null;
  @Field(() => [String], { nullable: true, description: keywords }) keywords?: string[] | null;
  @Field(() => String, {
    nullable: true,
    description:
      'The same key and input within 24 hours gives the first result again; at most 255 characters.',
  })
  idempotencyKey?: string | null;

  static readonly bounds = optionalFields({ ...rules, slug: z.string().trim().min(1).max(80) });
}

@InputType({
  description: 'The input of articleUpdate. What is left out stays as it is; null clears.',
})
export class ArticleUpdateInput {
  @Field(() => ID, { description: 'Which article.' }) id!: string;
  @Field(() => ID, { nullable: true, description: 'The section that it is in, one of the base.' })
  sectionId?: string | null;
  @Field(() => ArticleKind, { nullable: true, description: 'The kind of article.' })
  kind?: ArticleKind | null;
  @Field(() => String, { nullable: true, description: title }) title?: string | null;
  @Field(() => String, { nullable: true, description: body }) body?: string | null;
  @Field(() => ArticleVisibilityInput, {
    nullable: true,
    description: 'Who may read it. To show a published article to more people needs role LEAD.',
  })
  visibility?: ArticleVisibilityInput | null;
  @Field(() => ID, { nullable: true, description: 'The agent who keeps it right.' }) ownerId?:
    | string
    | null;
  @Field(() => DateScalar, { nullable: true, description: 'The day to look it through again.' })
  reviewAt?: string | null;
  @Field(() => Date, {
    nullable: true,
    description:
      'When it goes away from readers. To bring back one that went away needs role LEAD.',
  })
  expiresAt?: Date | null;
  @Field(() => [String], { nullable: true, description: media }) media?: string[] | null;
  @Field(() => [String], { nullable: true, description: keywords }) keywords?: string[] | null;
  @Field(() => String, {
    nullable: true,
    description: 'What was changed, at most 500 characters; kept with the version.',
  })
  comment?: string | null;
  @Field(() => Int, {
    nullable: true,
    description: 'Refused with CONFLICT when it is not the current version.',
  })
  expectedVersion?: number | null;

  static readonly bounds = optionalFields(rules);
}

@InputType({ description: 'The input of articlePublish.' })
export class ArticlePublishInput {
  @Field(() => ID, { description: 'Which article.' }) id!: string;
  @Field(() => Date, {
    nullable: true,
    description:
      'When the newest version goes public; now by default, and when this lies in the past.',
  })
  at?: Date | null;
}

@InputType({ description: 'The input of articleArchive.' })
export class ArticleArchiveInput {
  @Field(() => ID, { description: 'Which article.' }) id!: string;
}
