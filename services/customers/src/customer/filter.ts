import type { Actor } from '@deskgraph/common/auth/access';
import { sql, uuids } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import {
  type Condition,
  DateTimeFilter,
  IdFilter,
  StringFilter,
  idFilterToSql,
  instantFilterToSql,
  textFilterToSql,
  treeFilterToSql,
  whenPresent,
} from '@deskgraph/common/filter/sql-filter';
import { Field, InputType } from 'type-graphql';
import { IdentityKind, normalised } from '@deskgraph/common/auth/contact-identity';
import { hasWords } from '../enums.ts';
import { CustomerKind } from './customer.ts';

@InputType({
  description:
    'Which customers. All given conditions hold together; at most 5 levels and 100 objects, texts of at most 320 characters.',
})
export class CustomerFilter {
  @Field(() => IdFilter, { nullable: true, description: 'The id.' }) id?: IdFilter | null;
  @Field(() => String, {
    nullable: true,
    description:
      'Words, or how they begin, in the name and the identities, in any language and order; at most 200 characters.',
  })
  text?: string | null;
  @Field(() => [CustomerKind], { nullable: true, description: 'How far known: one of these.' })
  kind?: CustomerKind[] | null;
  @Field(() => StringFilter, { nullable: true, description: 'The name to show.' })
  name?: StringFilter | null;
  @Field(() => StringFilter, { nullable: true, description: 'Any of the mail addresses.' })
  email?: StringFilter | null;
  @Field(() => StringFilter, {
    nullable: true,
    description: 'Any of the phone numbers, in international form.',
  })
  phone?: StringFilter | null;
  @Field(() => StringFilter, { nullable: true, description: 'The service tier.' })
  tier?: StringFilter | null;
  @Field(() => IdFilter, { nullable: true, description: 'Any of the organizations.' })
  organizationId?: IdFilter | null;
  @Field(() => StringFilter, { nullable: true, description: 'The language.' })
  locale?: StringFilter | null;
  @Field(() => StringFilter, { nullable: true, description: 'The country, two letters.' })
  country?: StringFilter | null;
  @Field(() => DateTimeFilter, { nullable: true, description: 'When the customer was created.' })
  createdAt?: DateTimeFilter | null;
  @Field(() => DateTimeFilter, { nullable: true, description: 'When the customer last changed.' })
  updatedAt?: DateTimeFilter | null;
  @Field(() => [CustomerFilter], { nullable: true, description: 'Every one of these holds.' })
  and?: CustomerFilter[] | null;
  @Field(() => [CustomerFilter], { nullable: true, description: 'At least one of these holds.' })
  or?: CustomerFilter[] | null;
  @Field(() => CustomerFilter, { nullable: true, description: 'This does not hold.' })
  not?: CustomerFilter | null;
}

/** The filter as a condition on `c`. */
export const matches = (filter: CustomerFilter | null | undefined, actor: Actor): Condition =>
  treeFilterToSql(filter, (f) => [
    ...whenPresent(f.id, (id) => idFilterToSql(sql`c.id`, 'cus', id, actor.id)),
    ...whenPresent(f.text, (text) => hasWords('customer', text, ['filter', 'text'])),
    ...whenPresent(f.kind, (kinds) => sql`c.kind = any(${kinds}::text[])` as Condition),
    ...whenPresent(f.name, (name) => textFilterToSql(sql`c.name`, bounded(name))),
    ...whenPresent(f.email, (email) => identityIs(IdentityKind.EMAIL, bounded(email))),
    ...whenPresent(f.phone, (phone) => identityIs(IdentityKind.PHONE, bounded(phone))),
    ...whenPresent(f.tier, (tier) => textFilterToSql(sql`c.tier`, bounded(tier))),
    ...whenPresent(f.organizationId, (id) => memberOf(id)),
    ...whenPresent(f.locale, (locale) => textFilterToSql(sql`c.locale`, bounded(locale))),
    ...whenPresent(f.country, (country) => textFilterToSql(sql`c.country`, bounded(country))),
    ...whenPresent(f.createdAt, (at) => instantFilterToSql(sql`c.created_at`, at)),
    ...whenPresent(f.updatedAt, (at) => instantFilterToSql(sql`c.updated_at`, at)),
  ]);

const TEXT_LIMIT = 320;
const LIST_LIMIT = 100;
const tooLong = (): Refusal => new Refusal([{ code: 'TOO_LONG', field: ['filter'] }]);

function bounded(filter: StringFilter): StringFilter {
  const texts = [filter.eq, filter.contains, filter.startsWith, ...(filter.in ?? [])];
  if (texts.some((text) => (text?.length ?? 0) > TEXT_LIMIT)) throw tooLong();
  return filter;
}

const every = (parts: Condition[]): Condition =>
  (parts.length ? sql`(${sql.join(parts, sql` and `)})` : sql`true`) as Condition;

/** A condition on any identity of a kind. Whole values are compared as they are stored, which the index on them serves. */
function identityIs(
  kind: IdentityKind,
  { eq, in: list, contains, startsWith, isNull }: StringFilter,
): Condition {
  const having = (more: Condition): Condition =>
    sql`c.id in (select i.customer_id from customer_identity i where i.kind = ${kind} and ${more})` as Condition;
  const stored = (text: string): string => normalised(kind, text) ?? text;
  if ((list?.length ?? 0) > LIST_LIMIT) throw tooLong();
  return every([
    ...whenPresent(eq, (text) => having(sql`i.value = ${stored(text)}` as Condition)),
    ...whenPresent(list, (texts) =>
      having(sql`i.value = any(${texts.map(stored)}::text[])` as Condition),
    ),
    ...whenPresent(contains, (text) => having(textFilterToSql(sql`i.value`, { contains: text }))),
    ...whenPresent(startsWith, (text) =>
      having(sql`i.value ^@ ${text.toLowerCase()}` as Condition),
    ),
    ...whenPresent(isNull, (none) =>
      none
        ? (sql`not ${having(sql`true` as Condition)}` as Condition)
        : having(sql`true` as Condition),
    ),
  ]);
}

/** A condition on a list of references: any of them. */
function memberOf({ eq, in: list, notIn, isNull }: IdFilter): Condition {
  if ([list, notIn].some((ids) => (ids?.length ?? 0) > LIST_LIMIT)) throw tooLong();
  const member = (more: Condition): Condition =>
    sql`c.id in (select m.customer_id from membership m where ${more})` as Condition;
  const oneOf = (ids: string[]): Condition =>
    member(sql`m.organization_id = any(${uuids('org', ids)})` as Condition);
  return every([
    ...whenPresent(eq, (id) => oneOf([id])),
    ...whenPresent(list, oneOf),
    ...whenPresent(notIn, (ids) => sql`not ${oneOf(ids)}` as Condition),
    ...whenPresent(isNull, (none) =>
      none
        ? (sql`not ${member(sql`true` as Condition)}` as Condition)
        : member(sql`true` as Condition),
    ),
  ]);
}
