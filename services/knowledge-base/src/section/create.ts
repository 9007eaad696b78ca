import { IDEMPOTENCY_KEY, afterChange } from '@deskgraph/common/graphql/crud-types';
import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvent } from '@deskgraph/common/events/log';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import { singleLine, optionalFields, z } from '@deskgraph/common/graphql/input';
import { Json } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { KnowledgeBase } from '../base/base.ts';
import { requireKnowledgeBase } from '../base/find.ts';
import { lockForWriting } from '../base/revision.ts';
import { sectionById } from './find.ts';
import { Section } from './section.ts';

/** Small enough that lists of sections are not paged. */
const MOST = 1000;

@InputType({ description: 'Input of sectionCreate.' })
export class SectionCreateInput {
  @Field(() => ID, { description: 'The knowledge base. It never changes.' })
  knowledgeBaseId!: string;
  @Field(() => ID, {
    nullable: true,
    description: 'The parent section, of the same knowledge base. Null for a category.',
  })
  parentId?: string | null;
  @Field(() => String, {
    description: 'The title in the default language of the knowledge base. At most 200 characters.',
  })
  title!: string;
  @Field(() => Json, {
    nullable: true,
    description:
      'Titles in other languages of the knowledge base, as an object of texts by locale: `{"sl": "Vračila"}`.',
  })
  titles?: Record<string, string> | null;
  @Field(() => Int, {
    nullable: true,
    description: 'The position among its siblings, from 1; later siblings move. Default: last.',
  })
  position?: number | null;
  @Field(() => String, {
    nullable: true,
    description: IDEMPOTENCY_KEY,
  })
  idempotencyKey?: string | null;

  static readonly bounds = optionalFields({
    title: singleLine(200),
    titles: z.record(z.string(), singleLine(200)),
    position: z.int().min(1).max(MOST),
  });
}

@ObjectType({ simpleResolvers: true, description: 'Result of sectionCreate.' })
export class SectionCreatePayload extends Payload {
  @Field(() => Section, {
    nullable: true,
    description: afterChange('section'),
  })
  section?: Section | null;
}

export async function createSection(
  ctx: Context,
  input: SectionCreateInput,
): Promise<SectionCreatePayload> {
  await lockForWriting(ctx);
  const base = await requireKnowledgeBase(ctx, input.knowledgeBaseId);
  const parent = input.parentId ? await sectionById(ctx, input.parentId) : null;
  if (input.parentId && parent?.knowledgeBaseId !== base.id)
    throw new Refusal('NOT_FOUND', 'parentId');
  const section = ctx.em.create(Section, {
    id: newId('sec'),
    workspaceId: ctx.workspace,
    knowledgeBaseId: base.id,
    parentId: parent?.id ?? null,
    titles: titlesOf(input, base),
    position: await makeRoom(ctx, base.id, parent?.id ?? null, input.position),
  });
  const { knowledgeBaseId, parentId, titles, position } = section;
  await appendEvent(ctx, 'section.created', section, {
    state: { knowledgeBaseId, parentId, titles, position },
  });
  return Object.assign(new SectionCreatePayload(), { section });
}

function titlesOf(
  { title, titles }: SectionCreateInput,
  base: KnowledgeBase,
): Record<string, string> {
  const foreign = Object.keys(titles ?? {}).find((locale) => !base.locales.includes(locale));
  if (foreign !== undefined) throw new Refusal('INVALID', `titles.${foreign}`);
  return { ...titles, [base.locales[0]!]: title };
}

/** The position of the new section. Siblings at and after it move by one. */
async function makeRoom(
  ctx: Context,
  baseId: string,
  parentId: string | null,
  position?: number | null,
): Promise<number> {
  const db = ctx.em.getKysely();
  const inBase = sql`workspace_id = ${ctx.workspace}::uuid and knowledge_base_id = ${uuidOf('kba', baseId)}::uuid`;
  const beside = sql`parent_id is not distinct from ${parentId && uuidOf('sec', parentId)}::uuid`;
  const { rows } = await sql<{ all: number; last: number }>`
    select count(*)::integer as all, coalesce(max(position) filter (where ${beside}), 0) as last from section where ${inBase}`.execute(
    db,
  );
  const { all, last } = rows[0]!;
  if (all >= MOST) throw new Refusal('LIMIT_REACHED');
  if (!position || position > last) return last + 1;
  await sql`update section set position = position + 1 where ${inBase} and ${beside} and position >= ${position}`.execute(
    db,
  );
  return position;
}
