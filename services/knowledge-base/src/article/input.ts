import { EXPECTED_VERSION, IDEMPOTENCY_KEY } from '@deskgraph/common/graphql/crud-types';
import { maxUtf8Bytes, singleLine, optionalFields, z } from '@deskgraph/common/graphql/input';
import { parseId } from '@deskgraph/common/core/id';
import { DateScalar } from '@deskgraph/common/graphql/scalars';
import { Field, ID, InputType, Int } from 'type-graphql';
import { Audience } from '../base/audience.ts';
import { ArticleKind } from './kind.ts';

const title = 'The title, at most 200 characters.';
const body = 'The text as Markdown, at most 256 KiB. HTML in it is displayed as text.';
const media = 'URLs (http or https) of videos and files that belong to it, at most 20.';
const keywords = 'Additional search words, at most 50 of at most 60 characters each.';

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

@InputType({ description: 'The readers of an article.' })
export class ArticleVisibilityInput {
  @Field(() => Audience, {
    description: 'The audience. It cannot be wider than that of the knowledge base.',
  })
  audience!: Audience;
}

@InputType({ description: 'Input of articleCreate.' })
export class ArticleCreateInput {
  @Field(() => ID, { description: 'The knowledge base.' }) knowledgeBaseId!: string;
  @Field(() => ID, {
    nullable: true,
    description: 'The section, of the same knowledge base. Default: none.',
  })
  sectionId?: string | null;
  @Field(() => ArticleKind, {
    defaultValue: ArticleKind.HOW_TO,
    description: 'The kind. Default HOW_TO.',
  })
  kind!: ArticleKind;
  @Field(() => String, { description: title }) title!: string;
  @Field(() => String, { description: body }) body!: string;
  @Field(() => String, {
    nullable: true,
    description:
      'The name in URLs, unique in the knowledge base: words of lower-case letters or digits joined by hyphens, at most 80 characters. Default: made from the title.',
  })
  slug?: string | null;
  @Field(() => ArticleVisibilityInput, {
    nullable: true,
    description: 'The readers. Default: the audience of the knowledge base.',
  })
  visibility?: ArticleVisibilityInput | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The agent responsible for it. Default: the caller.',
  })
  ownerId?: string | null;
  @Field(() => DateScalar, {
    nullable: true,
    description: 'The review date. Default: in 180 days.',
  })
  reviewAt?: string | null;
  @Field(() => [String], { nullable: true, description: media }) media?: string[] | null;
  @Field(() => [String], { nullable: true, description: keywords }) keywords?: string[] | null;
  @Field(() => String, {
    nullable: true,
    description: IDEMPOTENCY_KEY,
  })
  idempotencyKey?: string | null;

  static readonly bounds = optionalFields({ ...rules, slug: z.string().trim().min(1).max(80) });
}

@InputType({
  description: 'Input of articleUpdate. Absent fields stay unchanged, null clears them.',
})
export class ArticleUpdateInput {
  @Field(() => ID, { description: 'The article.' }) id!: string;
  @Field(() => ID, { nullable: true, description: 'The section, of the same knowledge base.' })
  sectionId?: string | null;
  @Field(() => ArticleKind, { nullable: true, description: 'The kind.' })
  kind?: ArticleKind | null;
  @Field(() => String, { nullable: true, description: title }) title?: string | null;
  @Field(() => String, { nullable: true, description: body }) body?: string | null;
  @Field(() => ArticleVisibilityInput, {
    nullable: true,
    description:
      'The readers. Widening the audience of a published article requires the role LEAD.',
  })
  visibility?: ArticleVisibilityInput | null;
  @Field(() => ID, { nullable: true, description: 'The agent responsible for it.' }) ownerId?:
    | string
    | null;
  @Field(() => DateScalar, { nullable: true, description: 'The review date.' })
  reviewAt?: string | null;
  @Field(() => Date, {
    nullable: true,
    description:
      'When it is hidden from readers. Showing an expired article again requires the role LEAD.',
  })
  expiresAt?: Date | null;
  @Field(() => [String], { nullable: true, description: media }) media?: string[] | null;
  @Field(() => [String], { nullable: true, description: keywords }) keywords?: string[] | null;
  @Field(() => String, {
    nullable: true,
    description: 'A comment on the change, stored with the version. At most 500 characters.',
  })
  comment?: string | null;
  @Field(() => Int, {
    nullable: true,
    description: EXPECTED_VERSION,
  })
  expectedVersion?: number | null;

  static readonly bounds = optionalFields(rules);
}

@InputType({ description: 'Input of articlePublish.' })
export class ArticlePublishInput {
  @Field(() => ID, { description: 'The article.' }) id!: string;
  @Field(() => Date, {
    nullable: true,
    description: 'When the newest version becomes public. Default, and for past instants: now.',
  })
  at?: Date | null;
}

@InputType({ description: 'Input of articleArchive.' })
export class ArticleArchiveInput {
  @Field(() => ID, { description: 'The article.' }) id!: string;
}
