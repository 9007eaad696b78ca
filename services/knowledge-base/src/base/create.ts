import { sql } from '@deskgraph/common/database/database';
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
import { bumpRevision } from './revision.ts';
import { SLUG } from './slug.ts';

/** Bases of a workspace, so that the list of them needs no pages. */
const MOST = 100;

@InputType({ description: 'The input of knowledgeBaseCreate.' })
export class KnowledgeBaseCreateInput {
  @Field(() => String, { description: 'The name that readers see, at most 100 characters.' })
  name!: string;
  @Field(() => String, {
    description:
      'The name in addresses, unique in the workspace: words of lower-case letters or digits joined by hyphens, at most 80 characters.',
  })
  slug!: string;
  @Field(() => Audience, {
    description: 'Whom it is for; it never changes from INTERNAL to EXTERNAL.',
  })
  audience!: Audience;
  @Field(() => [Locale], {
    description: 'Its languages, 1 to 50 different ones; the first is the default.',
  })
  locales!: string[];
  @Field(() => String, {
    nullable: true,
    description:
      'The same key and input within 24 hours gives the first result again; at most 255 characters.',
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

@ObjectType({ simpleResolvers: true, description: 'The result of knowledgeBaseCreate.' })
export class KnowledgeBaseCreatePayload extends Payload {
  @Field(() => KnowledgeBase, {
    nullable: true,
    description: 'The knowledge base as it now stands; null when refused.',
  })
  knowledgeBase?: KnowledgeBase | null;
}

export async function create(
  context: Context,
  input: KnowledgeBaseCreateInput,
): Promise<KnowledgeBaseCreatePayload> {
  await bumpRevision(context);
  const { rows } = await sql<{
    slug: string;
  }>`select slug from knowledge_base b where b.workspace_id = ${context.workspace}::uuid`.execute(
    context.em.getKysely(),
  );
  if (rows.some(({ slug }) => slug === input.slug)) throw new Refusal('TAKEN', 'slug');
  if (rows.length >= MOST) throw new Refusal('LIMIT_REACHED');
  const { name, slug, audience, locales } = input;
  const knowledgeBase = context.em.create(KnowledgeBase, {
    id: newId('kba'),
    workspaceId: context.workspace,
    name,
    slug,
    audience,
    locales,
  });
  await appendEvent(context, 'knowledge_base.created', knowledgeBase, {
    state: { name, slug, audience, locales },
  });
  return Object.assign(new KnowledgeBaseCreatePayload(), { knowledgeBase });
}
