import { sql } from '@deskgraph/common/database/database';
import {
  type Condition,
  idFilterToSql,
  instantFilterToSql,
  treeFilterToSql,
} from '@deskgraph/common/filter/sql-filter';
import { Direction, type OrderKey } from '@deskgraph/common/database/pagination';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { Field, InputType, registerEnumType } from 'type-graphql';
import { isStaff } from '../actor/staff.ts';
import { Audience } from '../base/audience.ts';
import { shownPublishedAt, shownStatus } from './find.ts';
import { ArticleKind, ArticleStatus } from './kind.ts';
import { DateTimeFilter, IdFilter } from '@deskgraph/common/filter/filter-inputs';
import { whenPresent } from '@deskgraph/common/filter/filter-tree';

@InputType({
  description:
    'Which articles; all given parts of one object hold together. At most 5 objects deep and 100 in all.',
})
export class ArticleFilter {
  @Field(() => IdFilter, { nullable: true, description: 'The base that it is in.' })
  knowledgeBaseId?: IdFilter | null;
  @Field(() => IdFilter, {
    nullable: true,
    description: 'The section that it is in, or one above that.',
  })
  sectionId?: IdFilter | null;
  @Field(() => [ArticleStatus], { nullable: true, description: 'Where it stands: one of these.' })
  status?: ArticleStatus[] | null;
  @Field(() => Audience, { nullable: true, description: 'Whom it is for.' })
  audience?: Audience | null;
  @Field(() => [ArticleKind], { nullable: true, description: 'The kind: one of these.' }) kind?:
    | ArticleKind[]
    | null;
  @Field(() => IdFilter, {
    nullable: true,
    description: 'Who keeps it right; for staff only, others find nothing by it.',
  })
  ownerId?: IdFilter | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Its review day is over (true), or is not (false).',
  })
  stale?: boolean | null;
  @Field(() => DateTimeFilter, { nullable: true, description: 'When it was changed last.' })
  updatedAt?: DateTimeFilter | null;
  @Field(() => [ArticleFilter], { nullable: true, description: 'Every one of these holds.' }) and?:
    | ArticleFilter[]
    | null;
  @Field(() => [ArticleFilter], { nullable: true, description: 'At least one of these holds.' })
  or?: ArticleFilter[] | null;
  @Field(() => ArticleFilter, { nullable: true, description: 'This does not hold.' })
  not?: ArticleFilter | null;
}

/** A filter as a condition on `article a`. */
export const articleIs = (context: Context, filter: ArticleFilter | null | undefined): Condition =>
  treeFilterToSql(filter, (given) => [
    ...whenPresent(given.knowledgeBaseId, (id) =>
      idFilterToSql(sql`a.knowledge_base_id`, 'kba', id, context.actor.id),
    ),
    ...whenPresent(given.sectionId, (id) => inSection(context, id)),
    ...whenPresent(
      given.status,
      (all) => sql<boolean>`${shownStatus(context.actor)} = any(${all}::text[])`,
    ),
    ...whenPresent(given.audience, (audience) => sql<boolean>`a.audience = ${audience}`),
    ...whenPresent(given.kind, (all) => sql<boolean>`a.kind = any(${all}::text[])`),
    ...whenPresent(given.ownerId, (id) =>
      isStaff(context.actor)
        ? idFilterToSql(sql`a.owner_id`, 'agt', id, context.actor.id)
        : sql<boolean>`false`,
    ),
    ...whenPresent(
      given.stale,
      (stale) =>
        sql<boolean>`coalesce(a.review_on < (now() at time zone 'utc')::date, false) = ${stale}`,
    ),
    ...whenPresent(given.updatedAt, (at) => instantFilterToSql(sql`a.updated_at`, at)),
  ]);

/** In the section or below it; `notIn` and `isNull` are about the article's own section. */
function inSection({ actor, workspace }: Context, { eq, in: some, ...rest }: IdFilter): Condition {
  const parts: Condition[] = [idFilterToSql(sql`a.section_id`, 'sec', rest, actor.id)];
  for (const filter of [
    whenPresent(eq, (id) => idFilterToSql(sql`s.id`, 'sec', { eq: id }, actor.id)),
    whenPresent(some, (ids) => idFilterToSql(sql`s.id`, 'sec', { in: ids }, actor.id)),
  ])
    for (const top of filter)
      parts.push(sql<boolean>`a.section_id in (
        with recursive below as (
          select s.id from section s where s.workspace_id = ${workspace}::uuid and ${top}
          union select s.id from section s join below on s.parent_id = below.id where s.workspace_id = ${workspace}::uuid)
        select id from below)`);
  return sql`(${sql.join(parts, sql` and `)})`;
}

export enum ArticleOrderField {
  POSITION = 'POSITION',
  TITLE = 'TITLE',
  PUBLISHED_AT = 'PUBLISHED_AT',
  UPDATED_AT = 'UPDATED_AT',
  REVIEW_AT = 'REVIEW_AT',
}
registerEnumType(ArticleOrderField, {
  name: 'ArticleOrderField',
  description: 'What articles can be ordered by.',
  valuesConfig: {
    POSITION: { description: 'The place in its section; the default.' },
    TITLE: { description: 'The title in the language that it was written in.' },
    PUBLISHED_AT: { description: 'Since when it is public.' },
    UPDATED_AT: { description: 'When it was changed last.' },
    REVIEW_AT: { description: 'The day of its review; for staff only.' },
  },
});

@InputType({
  description:
    'One key of an order of articles. The id is always the last key; articles without a value stand last.',
})
export class ArticleOrder {
  @Field(() => ArticleOrderField, { description: 'What to order by.' }) field!: ArticleOrderField;
  @Field(() => Direction, {
    defaultValue: Direction.ASC,
    description: 'Smallest or largest first; default smallest.',
  })
  direction!: Direction;
}

const KEYS: Record<ArticleOrderField, (context: Context) => Omit<OrderKey, 'direction'>[]> = {
  POSITION: () => [
    {
      by: sql`(select s.position from section s where s.workspace_id = a.workspace_id and s.id = a.section_id)`,
      type: 'integer',
      nullable: true,
    },
    { by: sql`a.position`, type: 'integer' },
  ],
  TITLE: () => [{ by: sql`lower(t.title)`, type: 'text' }],
  PUBLISHED_AT: () => [{ by: shownPublishedAt, type: 'timestamptz', nullable: true }],
  UPDATED_AT: () => [{ by: sql`a.updated_at`, type: 'timestamptz' }],
  REVIEW_AT: ({ actor }) => [
    {
      by: isStaff(actor)
        ? sql`(a.review_on::timestamp at time zone 'utc')`
        : sql`null::timestamptz`,
      type: 'timestamptz',
      nullable: true,
    },
  ],
};

const KEYS_MOST = 5;

export function orderOf(
  context: Context,
  given: readonly ArticleOrder[] | null | undefined,
): OrderKey[] {
  const orders = given?.length
    ? given
    : [{ field: ArticleOrderField.POSITION, direction: Direction.ASC }];
  if (orders.length > KEYS_MOST) throw new Refusal('TOO_LONG', ['orderBy']);
  return [
    ...orders.flatMap(({ field, direction }) =>
      KEYS[field](context).map(({ by, type, nullable = false }) => ({
        by,
        type,
        nullable,
        direction,
      })),
    ),
    { by: sql`a.id`, type: 'uuid', direction: Direction.ASC },
  ];
}
