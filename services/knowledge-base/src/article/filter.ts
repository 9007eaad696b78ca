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
import { canReadInternal } from '../actor/staff.ts';
import { Audience } from '../base/audience.ts';
import { visiblePublishedAt, visibleStatus } from './find.ts';
import { ArticleKind, ArticleStatus } from './kind.ts';
import { DateTimeFilter, IdFilter } from '@deskgraph/common/filter/filter-inputs';
import { whenPresent } from '@deskgraph/common/filter/filter-tree';

@InputType({
  description:
    'A filter on articles. All conditions of an object have to hold. At most 5 levels and 100 objects.',
})
export class ArticleFilter {
  @Field(() => IdFilter, { nullable: true, description: 'The knowledge base of the article.' })
  knowledgeBaseId?: IdFilter | null;
  @Field(() => IdFilter, {
    nullable: true,
    description: 'The section of the article or any section above it.',
  })
  sectionId?: IdFilter | null;
  @Field(() => [ArticleStatus], { nullable: true, description: 'Has one of these statuses.' })
  status?: ArticleStatus[] | null;
  @Field(() => Audience, { nullable: true, description: 'The audience.' })
  audience?: Audience | null;
  @Field(() => [ArticleKind], { nullable: true, description: 'Has one of these kinds.' }) kind?:
    | ArticleKind[]
    | null;
  @Field(() => IdFilter, {
    nullable: true,
    description: 'The agent responsible for it. Staff only; other callers find nothing.',
  })
  ownerId?: IdFilter | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether its review date has passed.',
  })
  stale?: boolean | null;
  @Field(() => DateTimeFilter, { nullable: true, description: 'The time of the last change.' })
  updatedAt?: DateTimeFilter | null;
  @Field(() => [ArticleFilter], { nullable: true, description: 'All of these conditions hold.' })
  and?: ArticleFilter[] | null;
  @Field(() => [ArticleFilter], {
    nullable: true,
    description: 'At least one of these conditions holds.',
  })
  or?: ArticleFilter[] | null;
  @Field(() => ArticleFilter, { nullable: true, description: 'This condition does not hold.' })
  not?: ArticleFilter | null;
}

/** A filter as a condition on `article a`. */
export const articleFilterToSql = (
  ctx: Context,
  filter: ArticleFilter | null | undefined,
): Condition =>
  treeFilterToSql(filter, (given) => [
    ...whenPresent(given.knowledgeBaseId, (id) =>
      idFilterToSql(sql`a.knowledge_base_id`, 'kba', id, ctx.actor.id),
    ),
    ...whenPresent(given.sectionId, (id) => sectionFilterToSql(ctx, id)),
    ...whenPresent(
      given.status,
      (all) => sql<boolean>`${visibleStatus(ctx.actor)} = any(${all}::text[])`,
    ),
    ...whenPresent(given.audience, (audience) => sql<boolean>`a.audience = ${audience}`),
    ...whenPresent(given.kind, (all) => sql<boolean>`a.kind = any(${all}::text[])`),
    ...whenPresent(given.ownerId, (id) =>
      canReadInternal(ctx.actor)
        ? idFilterToSql(sql`a.owner_id`, 'agt', id, ctx.actor.id)
        : sql<boolean>`false`,
    ),
    ...whenPresent(
      given.stale,
      (stale) =>
        sql<boolean>`coalesce(a.review_on < (now() at time zone 'utc')::date, false) = ${stale}`,
    ),
    ...whenPresent(given.updatedAt, (at) => instantFilterToSql(sql`a.updated_at`, at)),
  ]);

/** Matches articles in a section or below it. `notIn` and `isNull` compare the article's own section. */
function sectionFilterToSql(
  { actor, workspace }: Context,
  { eq, in: some, ...rest }: IdFilter,
): Condition {
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
  description: 'The keys that articles can be ordered by.',
  valuesConfig: {
    POSITION: { description: 'The position in its section. The default.' },
    TITLE: { description: 'The title in the original language.' },
    PUBLISHED_AT: { description: 'When it was published.' },
    UPDATED_AT: { description: 'The time of the last change.' },
    REVIEW_AT: { description: 'The review date. Staff only.' },
  },
});

@InputType({
  description:
    'One key of an order of articles. The id is always the last key. Articles without a value come last.',
})
export class ArticleOrder {
  @Field(() => ArticleOrderField, { description: 'The field to order by.' })
  field!: ArticleOrderField;
  @Field(() => Direction, {
    defaultValue: Direction.ASC,
    description: 'The direction. Default ASC.',
  })
  direction!: Direction;
}

const KEYS: Record<ArticleOrderField, (ctx: Context) => Omit<OrderKey, 'direction'>[]> = {
  POSITION: () => [
    {
      by: sql`(select s.position from section s where s.workspace_id = a.workspace_id and s.id = a.section_id)`,
      type: 'integer',
      nullable: true,
    },
    { by: sql`a.position`, type: 'integer' },
  ],
  TITLE: () => [{ by: sql`lower(t.title)`, type: 'text' }],
  PUBLISHED_AT: () => [{ by: visiblePublishedAt, type: 'timestamptz', nullable: true }],
  UPDATED_AT: () => [{ by: sql`a.updated_at`, type: 'timestamptz' }],
  REVIEW_AT: ({ actor }) => [
    {
      by: canReadInternal(actor)
        ? sql`(a.review_on::timestamp at time zone 'utc')`
        : sql`null::timestamptz`,
      type: 'timestamptz',
      nullable: true,
    },
  ],
};

const MAX_ORDER_KEYS = 5;

export function articleOrderKeys(
  ctx: Context,
  given: readonly ArticleOrder[] | null | undefined,
): OrderKey[] {
  const orders = given?.length
    ? given
    : [{ field: ArticleOrderField.POSITION, direction: Direction.ASC }];
  if (orders.length > MAX_ORDER_KEYS) throw new Refusal('TOO_LONG', ['orderBy']);
  return [
    ...orders.flatMap(({ field, direction }) =>
      KEYS[field](ctx).map(({ by, type, nullable = false }) => ({
        by,
        type,
        nullable,
        direction,
      })),
    ),
    { by: sql`a.id`, type: 'uuid', direction: Direction.ASC },
  ];
}
