import type { Actor } from '@deskgraph/common/auth/access';
import { sql, uuidArray } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import {
  type Condition,
  idFilterToSql,
  instantFilterToSql,
  textFilterToSql,
  treeFilterToSql,
} from '@deskgraph/common/filter/sql-filter';
import { Field, InputType } from 'type-graphql';
import { IdentityKind, normalizeIdentity } from '@deskgraph/common/auth/contact-identity';
import { searchWordsSql } from '../search-words.ts';
import { CustomerKind } from './customer.ts';
import { DateTimeFilter, IdFilter, StringFilter } from '@deskgraph/common/filter/filter-inputs';
import { whenPresent } from '@deskgraph/common/filter/filter-tree';

@InputType({
  description:
    'A filter on customers. All conditions have to hold. At most 5 levels and 100 objects; texts have at most 320 characters.',
})
export class CustomerFilter {
  @Field(() => IdFilter, { nullable: true, description: 'The id.' }) id?: IdFilter | null;
  @Field(() => String, {
    nullable: true,
    description:
      'Words or word prefixes in the name and the identities, in any language and order. At most 200 characters.',
  })
  text?: string | null;
  @Field(() => [CustomerKind], { nullable: true, description: 'Has one of these kinds.' })
  kind?: CustomerKind[] | null;
  @Field(() => StringFilter, { nullable: true, description: 'The display name.' })
  name?: StringFilter | null;
  @Field(() => StringFilter, { nullable: true, description: 'Any of the e-mail addresses.' })
  email?: StringFilter | null;
  @Field(() => StringFilter, {
    nullable: true,
    description: 'Any of the phone numbers, in E.164 format.',
  })
  phone?: StringFilter | null;
  @Field(() => StringFilter, { nullable: true, description: 'The service tier.' })
  tier?: StringFilter | null;
  @Field(() => IdFilter, { nullable: true, description: 'Any organization of the customer.' })
  organizationId?: IdFilter | null;
  @Field(() => StringFilter, { nullable: true, description: 'The language.' })
  locale?: StringFilter | null;
  @Field(() => StringFilter, { nullable: true, description: 'The country code, two letters.' })
  country?: StringFilter | null;
  @Field(() => DateTimeFilter, { nullable: true, description: 'The time of creation.' })
  createdAt?: DateTimeFilter | null;
  @Field(() => DateTimeFilter, { nullable: true, description: 'The time of the last change.' })
  updatedAt?: DateTimeFilter | null;
  @Field(() => [CustomerFilter], { nullable: true, description: 'All of these conditions hold.' })
  and?: CustomerFilter[] | null;
  @Field(() => [CustomerFilter], {
    nullable: true,
    description: 'At least one of these conditions holds.',
  })
  or?: CustomerFilter[] | null;
  @Field(() => CustomerFilter, { nullable: true, description: 'This condition does not hold.' })
  not?: CustomerFilter | null;
}

/** The filter as a condition on `customer c`. */
export const customerFilterToSql = (
  filter: CustomerFilter | null | undefined,
  actor: Actor,
): Condition =>
  treeFilterToSql(filter, (f) => [
    ...whenPresent(f.id, (id) => idFilterToSql(sql`c.id`, 'cus', id, actor.id)),
    ...whenPresent(f.text, (text) => searchWordsSql('customer', text, ['filter', 'text'])),
    ...whenPresent(f.kind, (kinds) => sql`c.kind = any(${kinds}::text[])` as Condition),
    ...whenPresent(f.name, (name) => textFilterToSql(sql`c.name`, requireShortTexts(name))),
    ...whenPresent(f.email, (email) =>
      identityFilterToSql(IdentityKind.EMAIL, requireShortTexts(email)),
    ),
    ...whenPresent(f.phone, (phone) =>
      identityFilterToSql(IdentityKind.PHONE, requireShortTexts(phone)),
    ),
    ...whenPresent(f.tier, (tier) => textFilterToSql(sql`c.tier`, requireShortTexts(tier))),
    ...whenPresent(f.organizationId, (id) => organizationFilterToSql(id)),
    ...whenPresent(f.locale, (locale) => textFilterToSql(sql`c.locale`, requireShortTexts(locale))),
    ...whenPresent(f.country, (country) =>
      textFilterToSql(sql`c.country`, requireShortTexts(country)),
    ),
    ...whenPresent(f.createdAt, (at) => instantFilterToSql(sql`c.created_at`, at)),
    ...whenPresent(f.updatedAt, (at) => instantFilterToSql(sql`c.updated_at`, at)),
  ]);

const MAX_FILTER_TEXT_LENGTH = 320;
const MAX_FILTER_LIST_LENGTH = 100;
const tooLong = (): Refusal => new Refusal([{ code: 'TOO_LONG', field: ['filter'] }]);

function requireShortTexts(filter: StringFilter): StringFilter {
  const texts = [filter.eq, filter.contains, filter.startsWith, ...(filter.in ?? [])];
  if (texts.some((text) => (text?.length ?? 0) > MAX_FILTER_TEXT_LENGTH)) throw tooLong();
  return filter;
}

const allOf = (parts: Condition[]): Condition =>
  (parts.length ? sql`(${sql.join(parts, sql` and `)})` : sql`true`) as Condition;

/** A condition on any identity of a kind. Whole values are normalized and use the index. */
function identityFilterToSql(
  kind: IdentityKind,
  { eq, in: list, contains, startsWith, isNull }: StringFilter,
): Condition {
  const having = (more: Condition): Condition =>
    sql`c.id in (select i.customer_id from customer_identity i where i.kind = ${kind} and ${more})` as Condition;
  const stored = (text: string): string => normalizeIdentity(kind, text) ?? text;
  if ((list?.length ?? 0) > MAX_FILTER_LIST_LENGTH) throw tooLong();
  return allOf([
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

/** A condition on any organization of the customer. */
function organizationFilterToSql({ eq, in: list, notIn, isNull }: IdFilter): Condition {
  if ([list, notIn].some((ids) => (ids?.length ?? 0) > MAX_FILTER_LIST_LENGTH)) throw tooLong();
  const member = (more: Condition): Condition =>
    sql`c.id in (select m.customer_id from membership m where ${more})` as Condition;
  const oneOf = (ids: string[]): Condition =>
    member(sql`m.organization_id = any(${uuidArray('org', ids)})` as Condition);
  return allOf([
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
