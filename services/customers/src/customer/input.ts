import { Payload } from '@deskgraph/common/graphql/shared-types';
import { singleLine, optionalFields, z } from '@deskgraph/common/graphql/input';
import { Locale, TimeZone } from '@deskgraph/common/graphql/scalars';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { externalIdBounds } from '../app/external.ts';
import { IdentityInput, identitiesBounds, identityBounds } from '../identity/identity.ts';
import { Customer, CustomerKind } from './customer.ts';
import { LocationInput, locationBounds } from './location.ts';

const NAME = 'The full name, 1 to 200 characters.';
const TIER = 'The service tier, `gold`; at most 50 characters.';
const IDEMPOTENCY =
  'The same key and input within 24 hours gives the first result; at most 255 characters.';

const person = { name: singleLine(200), location: locationBounds, tier: singleLine(50) };
const organizationIds = z.array(z.string()).max(50);

@InputType({ description: 'What a new customer is made of; at least a name or an identity.' })
export class CustomerCreateInput {
  static readonly bounds = optionalFields({
    ...person,
    identities: identitiesBounds,
    organizationIds,
  });
  @Field(() => String, { nullable: true, description: NAME }) name?: string | null;
  @Field(() => CustomerKind, {
    nullable: true,
    defaultValue: CustomerKind.CUSTOMER,
    description: 'How far known, default CUSTOMER.',
  })
  kind?: CustomerKind | null;
  @Field(() => [IdentityInput], {
    nullable: true,
    description:
      'Ways to recognise the person, at most 50; IDENTITY_TAKEN when another customer has one.',
  })
  identities?: IdentityInput[] | null;
  @Field(() => LocationInput, { nullable: true, description: 'Where the person is.' })
  location?: LocationInput | null;
  @Field(() => Locale, { nullable: true, description: 'The language that the person reads.' })
  locale?: string | null;
  @Field(() => TimeZone, { nullable: true, description: 'The time zone of the person.' })
  timeZone?: string | null;
  @Field(() => String, { nullable: true, description: TIER }) tier?: string | null;
  @Field(() => [ID], {
    nullable: true,
    description:
      'The organizations that the person belongs to, at most 50; the one whose mail domain an address has is added by itself.',
  })
  organizationIds?: string[] | null;
  @Field(() => String, { nullable: true, description: IDEMPOTENCY }) idempotencyKey?: string | null;
}

@InputType({
  description:
    'What to change of a customer; what is absent stays, null clears. A requester changes his own name, locale and timeZone only.',
})
export class CustomerUpdateInput {
  static readonly bounds = optionalFields({
    ...person,
    addIdentities: identitiesBounds,
    removeIdentities: identitiesBounds,
    organizationIds,
  });
  @Field(() => ID, { description: 'The customer to change.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description: `${NAME} Cleared, an identity is shown instead.`,
  })
  name?: string | null;
  @Field(() => CustomerKind, { nullable: true, description: 'How far known; it can’t be cleared.' })
  kind?: CustomerKind | null;
  @Field(() => LocationInput, { nullable: true, description: 'Where the person is.' })
  location?: LocationInput | null;
  @Field(() => Locale, { nullable: true, description: 'The language that the person reads.' })
  locale?: string | null;
  @Field(() => TimeZone, { nullable: true, description: 'The time zone of the person.' })
  timeZone?: string | null;
  @Field(() => String, { nullable: true, description: TIER }) tier?: string | null;
  @Field(() => [ID], {
    nullable: true,
    description: 'The organizations that the person belongs to, all of them, at most 50.',
  })
  organizationIds?: string[] | null;
  @Field(() => [IdentityInput], {
    nullable: true,
    description:
      'Identities to add; IDENTITY_TAKEN when another customer has one. A person has at most 50.',
  })
  addIdentities?: IdentityInput[] | null;
  @Field(() => [IdentityInput], {
    nullable: true,
    description: 'Identities to take away, at most 50.',
  })
  removeIdentities?: IdentityInput[] | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'The right to see the tickets of the own organizations; cleared means no.',
  })
  seesOrganizationTickets?: boolean | null;
  @Field(() => Int, {
    nullable: true,
    description: 'Refused with CONFLICT when this is not the current version.',
  })
  expectedVersion?: number | null;
}

@InputType({ description: 'What an upsert sets of a customer; what is absent stays, null clears.' })
export class CustomerValues {
  @Field(() => String, { nullable: true, description: NAME }) name?: string | null;
  @Field(() => [IdentityInput], {
    nullable: true,
    description: 'Identities to add, at most 50; IDENTITY_TAKEN when another customer has one.',
  })
  identities?: IdentityInput[] | null;
  @Field(() => LocationInput, { nullable: true, description: 'Where the person is.' })
  location?: LocationInput | null;
  @Field(() => Locale, { nullable: true, description: 'The language that the person reads.' })
  locale?: string | null;
  @Field(() => String, { nullable: true, description: TIER }) tier?: string | null;
}

const values = optionalFields({ ...person, identities: identitiesBounds });

@InputType({
  description: 'Whom to create or change, found by exactly one of externalId and identity.',
})
export class CustomerUpsertInput {
  static readonly bounds = optionalFields({
    externalId: externalIdBounds,
    identity: identityBounds,
    onCreate: values,
    onUpdate: values,
  });
  @Field(() => String, {
    nullable: true,
    description:
      'The id that the caller’s app knows the person by, unique per app; at most 255 characters.',
  })
  externalId?: string | null;
  @Field(() => IdentityInput, { nullable: true, description: 'An identity of the person.' })
  identity?: IdentityInput | null;
  @Field(() => CustomerValues, { description: 'What to set when the person is new.' })
  onCreate!: CustomerValues;
  @Field(() => CustomerValues, {
    description: 'What to set when the person is known; an empty object changes nothing.',
  })
  onUpdate!: CustomerValues;
  @Field(() => String, { nullable: true, description: IDEMPOTENCY }) idempotencyKey?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The result of customerCreate.' })
export class CustomerCreatePayload extends Payload {
  @Field(() => Customer, { nullable: true, description: 'The new customer; null when refused.' })
  customer!: Customer | null;
}

@ObjectType({ simpleResolvers: true, description: 'The result of customerUpdate.' })
export class CustomerUpdatePayload extends Payload {
  @Field(() => Customer, {
    nullable: true,
    description: 'The customer as it now stands; null when refused.',
  })
  customer!: Customer | null;
}

@ObjectType({ simpleResolvers: true, description: 'The result of customerUpsert.' })
export class CustomerUpsertPayload extends Payload {
  @Field(() => Customer, {
    nullable: true,
    description: 'The customer as it now stands; null when refused.',
  })
  customer!: Customer | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'True when the customer is new; null when refused.',
  })
  created!: boolean | null;
}
