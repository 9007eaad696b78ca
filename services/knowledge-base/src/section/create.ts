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
import * as bases from '../base/find.ts';
import { bumpRevision } from '../base/revision.ts';
import { byId } from './find.ts';
import { Section } from './section.ts';

/** Sections of a base, so that the lists of them need no pages. */
const MOST = 1000;

@InputType({ description: 'The input of sectionCreate.' })
export class SectionCreateInput {
  @Field(() => ID, { description: 'The base that it is in; this never changes.' })
  knowledgeBaseId!: string;
  @Field(() => ID, {
    nullable: true,
    description: 'The section above it, of the same base; none for a category.',
  })
  parentId?: string | null;
  @Field(() => String, {
    description: 'The title in the default language of the base, at most 200 characters.',
  })
  title!: string;
  @Field(() => Json, {
    nullable: true,
    description:
      'Titles in other languages of the base, an object of texts by locale: `{"sl": "Vračila"}`.',
  })
  titles?: Record<string, string> | null;
  @Field(() => Int, {
    nullable: true,
    description:
      'Its place among the sections beside it, from 1; those behind it move. Default last.',
  })
  position?: number | null;
  @Field(() => String, {
    nullable: true,
    description:
      'The same key and input within 24 hours gives the first result again; at most 255 characters.',
  })
  idempotencyKey?: string | null;

  static readonly bounds = optionalFields({
    title: singleLine(200),
    titles: z.record(z.string(), singleLine(200)),
    position: z.int().min(1).max(MOST),
  });
}

@ObjectType({ simpleResolvers: true, description: 'The result of sectionCreate.' })
export class SectionCreatePayload extends Payload {
  @Field(() => Section, {
    nullable: true,
    description: 'The section as it now stands; null when refused.',
  })
  section?: Section | null;
}

export async function create(
  context: Context,
  input: SectionCreateInput,
): Promise<SectionCreatePayload> {
  await bumpRevision(context);
  const base = await bases.required(context, input.knowledgeBaseId);
  const parent = input.parentId ? await byId(context, input.parentId) : null;
  if (input.parentId && parent?.knowledgeBaseId !== base.id)
    throw new Refusal('NOT_FOUND', 'parentId');
  const section = context.em.create(Section, {
    id: newId('sec'),
    workspaceId: context.workspace,
    knowledgeBaseId: base.id,
    parentId: parent?.id ?? null,
    titles: titlesOf(input, base),
    position: await makeRoom(context, base.id, parent?.id ?? null, input.position),
  });
  const { knowledgeBaseId, parentId, titles, position } = section;
  await appendEvent(context, 'section.created', section, {
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

/** The place that the new section gets; those at and behind it move on by one. */
async function makeRoom(
  context: Context,
  baseId: string,
  parentId: string | null,
  wanted?: number | null,
): Promise<number> {
  const db = context.em.getKysely();
  const inBase = sql`workspace_id = ${context.workspace}::uuid and knowledge_base_id = ${uuidOf('kba', baseId)}::uuid`;
  const beside = sql`parent_id is not distinct from ${parentId && uuidOf('sec', parentId)}::uuid`;
  const { rows } = await sql<{ all: number; last: number }>`
    select count(*)::integer as all, coalesce(max(position) filter (where ${beside}), 0) as last from section where ${inBase}`.execute(
    db,
  );
  const { all, last } = rows[0]!;
  if (all >= MOST) throw new Refusal('LIMIT_REACHED');
  if (!wanted || wanted > last) return last + 1;
  await sql`update section set position = position + 1 where ${inBase} and ${beside} and position >= ${wanted}`.execute(
    db,
  );
  return wanted;
}
