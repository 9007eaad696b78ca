import 'reflect-metadata';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import {
  ArgsType,
  type ClassType,
  Directive,
  Field,
  Int,
  ObjectType,
  registerEnumType,
} from 'type-graphql';
import { Refusal } from '../core/errors.ts';
import { type CursorKey, decodePageCursor, encodePageCursor } from './page-cursor.ts';

export const DEFAULT_PAGE_SIZE = 25;
export const MAX_PAGE_SIZE = 100;

export enum Direction {
  ASC = 'ASC',
  DESC = 'DESC',
}
registerEnumType(Direction, {
  name: 'Direction',
  description: 'The direction of an order.',
  valuesConfig: {
    ASC: { description: 'Smallest first.' },
    DESC: { description: 'Largest first.' },
  },
});

@ObjectType({ simpleResolvers: true, description: 'The position of a page in its list.' })
@Directive('@shareable')
export class PageInfo {
  @Field(() => Boolean, { description: 'The list continues after this page.' })
  hasNextPage!: boolean;
  @Field(() => Boolean, { description: 'The list begins before this page.' })
  hasPreviousPage!: boolean;
  @Field(() => String, {
    nullable: true,
    description: 'Cursor of the first node of the page. Null on an empty page.',
  })
  startCursor!: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'Cursor of the last node of the page. Null on an empty page.',
  })
  endCursor!: string | null;
}

/** The arguments of a list that is read forwards only. */
@ArgsType()
export class ForwardArgs {
  @Field(() => Int, { nullable: true, defaultValue: DEFAULT_PAGE_SIZE }) first?: number | null;
  @Field(() => String, { nullable: true }) after?: string | null;
}

@ArgsType()
export class PageArgs extends ForwardArgs {
  @Field(() => Int, { nullable: true }) last?: number | null;
  @Field(() => String, { nullable: true }) before?: string | null;
}

export interface Edge<T> {
  cursor: string;
  node: T;
}

/** A page as the resolvers of a connection return it. */
export interface Page<T> {
  nodes: T[];
  edges: Edge<T>[];
  pageInfo: PageInfo;
  /** Called only when the field is selected. */
  totalCount: () => Promise<number>;
}

/** The Relay edge type of an entity, for connections whose edges have further fields. */
export function edgeType<T extends object>(
  Entity: ClassType<T>,
  name: string,
  plural: string,
): ClassType<Edge<T>> {
  @ObjectType(`${name}Edge`, { simpleResolvers: true, description: `One of a page of ${plural}.` })
  class EntityEdge implements Edge<T> {
    @Field(() => String, {
      description: 'Position of this node: the value for `after` or `before` to continue from it.',
    })
    cursor!: string;
    @Field(() => Entity, { description: 'The node itself.' }) node!: T;
  }
  return EntityEdge;
}

/**
 * The Relay connection type of an entity. Call it once per entity. `plural` is used in
 * descriptions.
 *
 * @example
 * export const MacroConnection = connectionType(Macro, 'Macro', 'macros');
 */
export function connectionType<T extends object>(
  Entity: ClassType<T>,
  name: string,
  plural: string,
  EntityEdge: ClassType<Edge<T>> = edgeType(Entity, name, plural),
) {
  @ObjectType(`${name}Connection`, { simpleResolvers: true, description: `A page of ${plural}.` })
  class EntityConnection {
    @Field(() => [Entity], { description: 'The nodes of this page.' }) nodes!: T[];
    @Field(() => [EntityEdge], { description: 'The nodes of this page, each with its cursor.' })
    edges!: Edge<T>[];
    @Field(() => PageInfo, { description: 'The position of this page in its list.' })
    pageInfo!: PageInfo;
    @Field(() => Int, {
      nullable: true,
      description: 'The number of nodes on all pages. Counted only when selected.',
    })
    totalCount!: () => Promise<number>;
  }
  return EntityConnection as unknown as ClassType<Page<T>>;
}

/** One key of an order. */
export interface OrderKey extends CursorKey {
  by: RawBuilder<unknown>;
  direction: Direction;
}

export interface PageRequest {
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}

/**
 * A keyset page as SQL: the statement uses `where`, `order` and `limit`, and selects `keys` beside
 * its columns.
 */
export interface Keyset {
  where: RawBuilder<SqlBool>;
  order: RawBuilder<unknown>;
  limit: number;
  keys: RawBuilder<unknown>;
  /** Makes the page from the rows of the statement and their nodes, in the same order. */
  page<T>(rows: readonly object[], nodes: readonly T[], count: () => Promise<number>): Page<T>;
}

/**
 * The page of a request, over an order whose last key is unique. Nulls are last in either
 * direction. Rows that are inserted or deleted on other pages do not shift this page. Refuses a
 * size that is not an integer from 0 to MAX_PAGE_SIZE, and a cursor of another list.
 *
 * @example
 * const page = keysetPage(request, order);
 * const macroRows = await rows(ctx, sql<object>`
 *   select m.*, ${page.keys} from macro m
 *   where ${page.where} order by ${page.order} limit ${page.limit}`);
 * return page.page(macroRows, hydrate(ctx.orm, Macro, macroRows), () => countMacros(ctx));
 */
export function keysetPage(request: PageRequest, order: readonly OrderKey[]): Keyset {
  const backward = request.last !== null && request.last !== undefined;
  const size = (backward ? request.last : request.first) ?? DEFAULT_PAGE_SIZE;
  if (!Number.isInteger(size) || size < 0 || size > MAX_PAGE_SIZE)
    throw new Refusal('INVALID', [backward ? 'last' : 'first']);
  const bounds: RawBuilder<SqlBool>[] = [];
  if (request.after)
    bounds.push(isBeyond(order, decodePageCursor(request.after, order, 'after'), false));
  if (request.before)
    bounds.push(isBeyond(order, decodePageCursor(request.before, order, 'before'), true));
  return {
    where: bounds.length ? sql<SqlBool>`(${sql.join(bounds, sql` and `)})` : sql<SqlBool>`true`,
    order: sql.join(
      order.map((key) => orderBy(key, backward)),
      sql`, `,
    ),
    limit: size + 1,
    keys: sql`jsonb_build_array(${sql.join(
      order.map((key) => sql`(${key.by})::text`),
      sql`, `,
    )}) as page_keys`,
    page: (rows, nodes, totalCount) => {
      const hasMore = rows.length > size;
      const edges = rows.slice(0, size).map((row, index) => {
        const keys = (row as { page_keys: (string | null)[] }).page_keys;
        return { cursor: encodePageCursor(keys, order), node: nodes[index]! };
      });
      if (backward) edges.reverse();
      return {
        edges,
        nodes: edges.map((edge) => edge.node),
        pageInfo: {
          hasNextPage: backward ? Boolean(request.before) : hasMore,
          hasPreviousPage: backward ? hasMore : Boolean(request.after),
          startCursor: edges[0]?.cursor ?? null,
          endCursor: edges.at(-1)?.cursor ?? null,
        },
        totalCount,
      };
    },
  };
}

function orderBy({ by, direction, nullable }: OrderKey, backward: boolean): RawBuilder<unknown> {
  const ascending = (direction === Direction.ASC) !== backward;
  const nulls = nullable ? (backward ? sql` nulls first` : sql` nulls last`) : sql``;
  return ascending ? sql`${by} asc${nulls}` : sql`${by} desc${nulls}`;
}

/** The condition for rows after the row with these keys; before it when reading backwards. */
function isBeyond(
  order: readonly OrderKey[],
  values: readonly (string | null)[],
  backward: boolean,
): RawBuilder<SqlBool> {
  const isRowComparison = order.every(
    (key) => !key.nullable && key.direction === order[0]!.direction,
  );
  if (isRowComparison) {
    const isGreater = (order[0]!.direction === Direction.ASC) !== backward;
    const left = sql.join(
      order.map((key) => key.by),
      sql`, `,
    );
    const right = sql.join(
      order.map((key, index) => cast(values[index]!, key)),
      sql`, `,
    );
    return isGreater ? sql<SqlBool>`(${left}) > (${right})` : sql<SqlBool>`(${left}) < (${right})`;
  }
  const alternatives = order.map((key, index) => {
    const equal = order
      .slice(0, index)
      .map(
        (earlier, position) =>
          sql`${earlier.by} is not distinct from ${cast(values[position]!, earlier)}`,
      );
    return sql`(${sql.join([...equal, isKeyBeyond(key, values[index]!, backward)], sql` and `)})`;
  });
  return sql<SqlBool>`(${sql.join(alternatives, sql` or `)})`;
}

function isKeyBeyond(key: OrderKey, value: string | null, backward: boolean): RawBuilder<unknown> {
  if (value === null) return backward ? sql`${key.by} is not null` : sql`false`;
  const isGreater = (key.direction === Direction.ASC) !== backward;
  const compared = isGreater
    ? sql`${key.by} > ${cast(value, key)}`
    : sql`${key.by} < ${cast(value, key)}`;
  return key.nullable && !backward ? sql`(${compared} or ${key.by} is null)` : compared;
}

const cast = (value: string | null, key: OrderKey): RawBuilder<unknown> =>
  sql`cast(${value} as ${sql.raw(key.type)})`;
