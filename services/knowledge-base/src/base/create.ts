import { IDEMPOTENCY_KEY, afterChange } from '@deskgraph/common/graphql/crud-types';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvent } from '@deskgraph/common/events/log';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { newId } from '@deskgraph/common/core/id';
import { singleLine, optionalFields, z } from '@deskgraph/common/graphql/input';
import { Locale } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { Field, InputType, ObjectType } from 'type-graphql';
import { Audience } from './audience.ts';
import { KnowledgeBase } from './base.ts';
import { lockForWriting } from './revision.ts';
import { SLUG } from './slug.ts';

/** Small enough that their list is not paged. */
const MAX_KNOWLEDGE_BASES_PER_WORKSPACE = 100;

@InputType({ description: 'Input of knowledgeBaseCreate.' })
export class KnowledgeBaseCreateInput {
  @Field(() => String, { description: 'The name that readers see. At most 100 characters.' })
  name!: string;
  @Field(() => String, {
    description:
      'The name in URLs, unique in the workspace: words of lower-case letters or digits joined by hyphens, at most 80 characters.',
  })
  slug!: string;
  @Field(() => Audience, {
    description: 'The audience. It never changes from INTERNAL to EXTERNAL.',
  })
  audience!: Audience;
  @Field(() => [Locale], {
    description: 'The languages, 1 to 50 different ones. The first is the default.',
  })
  locales!: string[];
  @Field(() => String, {
    nullable: true,
    description: IDEMPOTENCY_KEY,
  })
  idempotencyKey?: string | null;

  static readonly bounds = optionalFields({
    name: singleLine(100),
    slug: z.string().trim().min(1).max(80).regex(SLUG),
    locales: z
      .array(z.string())
      .min(1)
      .max(50)
      .refine((locales) => new Set(locales).size === locales.length),
  });
}

@ObjectType({ simpleResolvers: true, description: 'Result of knowledgeBaseCreate.' })
export class KnowledgeBaseCreatePayload extends Payload {
  @Field(() => KnowledgeBase, {
    nullable: true,
    description: afterChange('knowledge base'),
  })
  knowledgeBase?: KnowledgeBase | null;
}

export async function createKnowledgeBase(
  ctx: Context,
  input: KnowledgeBaseCreateInput,
): Promise<KnowledgeBaseCreatePayload> {
  await lockForWriting(ctx);
  const rows = await execute(
    ctx,
    sql<{
      slug: string;
    }>`select slug from knowledge_base b where b.workspace_id = ${ctx.workspace}::uuid`,
  );
  if (rows.some(({ slug }) => slug === input.slug)) throw new Refusal('TAKEN', 'slug');
  if (rows.length >= MAX_KNOWLEDGE_BASES_PER_WORKSPACE) throw new Refusal('LIMIT_REACHED');
  const { name, slug, audience, locales } = input;
  const knowledgeBase = ctx.em.create(KnowledgeBase, {
    id: newId('kba'),
    workspaceId: ctx.workspace,
    name,
    slug,
    audience,
    locales,
  });
  await appendEvent(ctx, 'knowledge_base.created', knowledgeBase, {
    state: { name, slug, audience, locales },
  });
  return Object.assign(new KnowledgeBaseCreatePayload(), { knowledgeBase });
}
