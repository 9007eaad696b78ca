import 'reflect-metadata';
import { createHash } from 'node:crypto';
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

@ObjectType({ simpleResolvers: true, description: 'Where a page stands in its list.' })
@Directive('@shareable')
export class PageInfo {
  @Field(() => Boolean, { description: 'There is more after this page.' }) hasNextPage!: boolean;
  @Field(() => Boolean, { description: 'There is more before this page.' })
  hasPreviousPage!: boolean;
  @Field(() => String, {
    nullable: true,
    description: 'Cursor of the first thing on the page; null on an empty page.',
  })
  startCursor!: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'Cursor of the last thing on the page; null on an empty page.',
  })
  endCursor!: string | null;
}

/** `first` and `after` of a list that is read forwards only. */
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

export interface Page<T> {
  nodes: T[];
  edges: Edge<T>[];
  pageInfo: PageInfo;
  /** Counts only when the field is selected. */
  totalCount: () => Promise<number>;
}

/** The Relay edge type of a thing, for who adds fields to it. */
export function edgeType<T extends object>(
  Thing: ClassType<T>,
  name: string,
  plural: string,
): ClassType<Edge<T>> {
  @ObjectType(`${name}Edge`, { simpleResolvers: true, description: `One of a page of ${plural}.` })
  class ThingEdge implements Edge<T> {
    @Field(() => String, { description: 'Give it to `after` or `before` to go on from here.' })
    cursor!: string;
    @Field(() => Thing, { description: 'The thing itself.' }) node!: T;
  }
  return ThingEdge;
}

/** The Relay connection type of a thing, with its edges; call once per type. `plural` is for people: `tickets`. */
export function connectionType<T extends object>(
  Thing: ClassType<T>,
  name: string,
  plural: string,
  ThingEdge: ClassType<Edge<T>> = edgeType(Thing, name, plural),
) {
  @ObjectType(`${name}Connection`, { simpleResolvers: true, description: `A page of ${plural}.` })
  class ThingConnection {
    @Field(() => [Thing], { description: 'The things of this page.' }) nodes!: T[];
    @Field(() => [ThingEdge], { description: 'The same with a cursor each.' }) edges!: Edge<T>[];
    @Field(() => PageInfo, { description: 'Where the page stands.' }) pageInfo!: PageInfo;
    @Field(() => Int, {
      nullable: true,
      description: 'How many there are in all; counted only when selected.',
    })
    totalCount!: () => Promise<number>;
  }
  return ThingConnection as unknown as ClassType<Page<T>>;
}

/** One key of an order. `type` is the PostgreSQL type that the cursor's text is cast back to. */
export interface OrderKey {
  by: RawBuilder<unknown>;
  type: 'timestamptz' | 'integer' | 'double precision' | 'uuid' | 'text';
  direction: Direction;
  nullable?: boolean;
}

export interface PageRequest {
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}

/** A keyset page as SQL: put `where`, `order` and `limit` into the statement and select `keys` beside the columns. */
export interface Keyset {
  where: RawBuilder<SqlBool>;
  order: RawBuilder<unknown>;
  limit: number;
  keys: RawBuilder<unknown>;
  /** Makes the page of the rows that came back; `things` are theirs, in the same order. */
  page<T>(rows: readonly object[], things: readonly T[], count: () => Promise<number>): Page<T>;
}

/**
 * The page that was asked for, over an order whose last key is unique. Nulls stand last in either direction. Rows that come or go
 * elsewhere never shift a page.
 */
export function keysetPage(request: PageRequest, order: readonly OrderKey[]): Keyset {
  const backward = request.last !== null && request.last !== undefined;
  const size = (backward ? request.last : request.first) ?? DEFAULT_PAGE_SIZE;
  if (!Number.isInteger(size) || size < 0 || size > MAX_PAGE_SIZE)
    throw new Refusal('INVALID', [backward ? 'last' : 'first']);
  const signature = signatureOf(order);
  const bounds: RawBuilder<SqlBool>[] = [];
  if (request.after)
    bounds.push(beyond(order, readCursor(request.after, order, signature, 'after'), false));
  if (request.before)
    bounds.push(beyond(order, readCursor(request.before, order, signature, 'before'), true));
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
    page: (rows, things, totalCount) => {
      const more = rows.length > size;
      const edges = rows.slice(0, size).map((row, at) => {
        const keys = (row as { page_keys: (string | null)[] }).page_keys;
        return { cursor: writeCursor(keys, signature), node: things[at]! };
      });
      if (backward) edges.reverse();
      return {
        edges,
        nodes: edges.map((edge) => edge.node),
        pageInfo: {
          hasNextPage: backward ? Boolean(request.before) : more,
          hasPreviousPage: backward ? more : Boolean(request.after),
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

/** The rows behind (or, backwards, before) the row with these keys. */
function beyond(
  order: readonly OrderKey[],
  values: readonly (string | null)[],
  backward: boolean,
): RawBuilder<SqlBool> {
  const simple = order.every((key) => !key.nullable && key.direction === order[0]!.direction);
  if (simple) {
    const up = (order[0]!.direction === Direction.ASC) !== backward;
    const left = sql.join(
      order.map((key) => key.by),
      sql`, `,
    );
    const right = sql.join(
      order.map((key, at) => cast(values[at]!, key)),
      sql`, `,
    );
    return up ? sql<SqlBool>`(${left}) > (${right})` : sql<SqlBool>`(${left}) < (${right})`;
  }
  const steps = order.map((key, at) => {
    const equal = order
      .slice(0, at)
      .map(
        (before, place) => sql`${before.by} is not distinct from ${cast(values[place]!, before)}`,
      );
    return sql`(${sql.join([...equal, past(key, values[at]!, backward)], sql` and `)})`;
  });
  return sql<SqlBool>`(${sql.join(steps, sql` or `)})`;
}

function past(key: OrderKey, value: string | null, backward: boolean): RawBuilder<unknown> {
  if (value === null) return backward ? sql`${key.by} is not null` : sql`false`;
  const up = (key.direction === Direction.ASC) !== backward;
  const compared = up ? sql`${key.by} > ${cast(value, key)}` : sql`${key.by} < ${cast(value, key)}`;
  return key.nullable && !backward ? sql`(${compared} or ${key.by} is null)` : compared;
}

const cast = (value: string | null, key: OrderKey): RawBuilder<unknown> =>
  sql`cast(${value} as ${sql.raw(key.type)})`;

const SHAPES: Record<OrderKey['type'], RegExp> = {
  timestamptz: /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,6})?\+00$/,
  integer: /^-?\d{1,9}$/,
  'double precision': /^-?\d{1,20}(\.\d{1,20})?(e[+-]\d{1,3})?$/,
  uuid: /^[\da-f-]{36}$/,
  text: /^[^\0]*$/,
};

const signatureOf = (order: readonly OrderKey[]): string =>
  createHash('sha256')
    .update(order.map((key) => `${key.type}${key.direction}${key.nullable ?? false}`).join())
    .digest('base64url')
    .slice(0, 4);

const writeCursor = (keys: readonly (string | null)[], signature: string): string =>
  Buffer.from(JSON.stringify([signature, ...keys])).toString('base64url');

function readCursor(
  cursor: string,
  order: readonly OrderKey[],
  signature: string,
  argument: string,
): (string | null)[] {
  try {
    const [signed, ...keys] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as (
      | string
      | null
    )[];
    const fits =
      keys.length === order.length &&
      keys.every((key, at) =>
        key === null ? order[at]!.nullable : SHAPES[order[at]!.type].test(key),
      );
    if (signed === signature && fits) return keys;
  } catch {
    // told below
  }
  throw new Refusal([
    {
      code: 'INVALID',
      field: [argument],
      message: 'This cursor is not one of this list and order.',
    },
  ]);
}
