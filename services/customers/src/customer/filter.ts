import type { Actor } from '@deskgraph/common/auth/access';
import { sql, uuids } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import {
  type Condition,
  DateTimeFilter,
  IdFilter,
  StringFilter,
  idIs,
  instantIs,
  textIs,
  treeIs,
  when,
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
  treeIs(filter, (f) => [
    ...when(f.id, (id) => idIs(sql`c.id`, 'cus', id, actor.id)),
    ...when(f.text, (text) => hasWords('customer', text, ['filter', 'text'])),
    ...when(f.kind, (kinds) => sql`c.kind = any(${kinds}::text[])` as Condition),
    ...when(f.name, (name) => textIs(sql`c.name`, bounded(name))),
    ...when(f.email, (email) => identityIs(IdentityKind.EMAIL, bounded(email))),
    ...when(f.phone, (phone) => identityIs(IdentityKind.PHONE, bounded(phone))),
    ...when(f.tier, (tier) => textIs(sql`c.tier`, bounded(tier))),
    ...when(f.organizationId, (id) => memberOf(id)),
    ...when(f.locale, (locale) => textIs(sql`c.locale`, bounded(locale))),
    ...when(f.country, (country) => textIs(sql`c.country`, bounded(country))),
    ...when(f.createdAt, (at) => instantIs(sql`c.created_at`, at)),
    ...when(f.updatedAt, (at) => instantIs(sql`c.updated_at`, at)),
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
    ...when(eq, (text) => having(sql`i.value = ${stored(text)}` as Condition)),
    ...when(list, (texts) => having(sql`i.value = any(${texts.map(stored)}::text[])` as Condition)),
    ...when(contains, (text) => having(textIs(sql`i.value`, { contains: text }))),
    ...when(startsWith, (text) => having(sql`i.value ^@ ${text.toLowerCase()}` as Condition)),
    ...when(isNull, (none) =>
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
    ...when(eq, (id) => oneOf([id])),
    ...when(list, oneOf),
    ...when(notIn, (ids) => sql`not ${oneOf(ids)}` as Condition),
    ...when(isNull, (none) =>
      none
        ? (sql`not ${member(sql`true` as Condition)}` as Condition)
        : member(sql`true` as Condition),
    ),
  ]);
}
