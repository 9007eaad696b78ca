import {
  EXPECTED_VERSION,
  IDEMPOTENCY_KEY,
  afterChange,
} from '@deskgraph/common/graphql/crud-types';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { singleLine, optionalFields, z } from '@deskgraph/common/graphql/input';
import { Locale, TimeZone } from '@deskgraph/common/graphql/scalars';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { externalIdBounds } from '../app/external.ts';
import { IdentityInput, identitiesBounds, identityBounds } from '../identity/identity.ts';
import { Customer, CustomerKind } from './customer.ts';
import { LocationInput, locationBounds } from './location.ts';

const NAME = 'The full name, 1 to 200 characters.';
const TIER = 'The service tier, for example `gold`. At most 50 characters.';

const person = { name: singleLine(200), location: locationBounds, tier: singleLine(50) };
const organizationIds = z.array(z.string()).max(50);

@InputType({ description: 'Input of customerCreate. Requires a name or an identity.' })
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
    description: 'How well the customer is known. Default CUSTOMER.',
  })
  kind?: CustomerKind | null;
  @Field(() => [IdentityInput], {
    nullable: true,
    description:
      'The identities of the customer, at most 50. Refused with IDENTITY_TAKEN when another customer has one.',
  })
  identities?: IdentityInput[] | null;
  @Field(() => LocationInput, { nullable: true, description: 'The location of the customer.' })
  location?: LocationInput | null;
  @Field(() => Locale, { nullable: true, description: 'The language of the customer.' })
  locale?: string | null;
  @Field(() => TimeZone, { nullable: true, description: 'The time zone of the customer.' })
  timeZone?: string | null;
  @Field(() => String, { nullable: true, description: TIER }) tier?: string | null;
  @Field(() => [ID], {
    nullable: true,
    description:
      'The organizations of the customer, at most 50. Organizations with the domain of an e-mail address are added automatically.',
  })
  organizationIds?: string[] | null;
  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY }) idempotencyKey?:
    | string
    | null;
}

@InputType({
  description:
    'Input of customerUpdate. Absent fields stay unchanged, null clears them. A requester can update only their own name, locale and timeZone.',
})
export class CustomerUpdateInput {
  static readonly bounds = optionalFields({
    ...person,
    addIdentities: identitiesBounds,
    removeIdentities: identitiesBounds,
    organizationIds,
  });
  @Field(() => ID, { description: 'The customer to update.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description: `${NAME} When cleared, an identity is displayed instead.`,
  })
  name?: string | null;
  @Field(() => CustomerKind, {
    nullable: true,
    description: 'How well the customer is known. Cannot be cleared.',
  })
  kind?: CustomerKind | null;
  @Field(() => LocationInput, { nullable: true, description: 'The location of the customer.' })
  location?: LocationInput | null;
  @Field(() => Locale, { nullable: true, description: 'The language of the customer.' })
  locale?: string | null;
  @Field(() => TimeZone, { nullable: true, description: 'The time zone of the customer.' })
  timeZone?: string | null;
  @Field(() => String, { nullable: true, description: TIER }) tier?: string | null;
  @Field(() => [ID], {
    nullable: true,
    description: 'All organizations of the customer, at most 50. Replaces the list.',
  })
  organizationIds?: string[] | null;
  @Field(() => [IdentityInput], {
    nullable: true,
    description:
      'Identities to add. Refused with IDENTITY_TAKEN when another customer has one. A customer has at most 50.',
  })
  addIdentities?: IdentityInput[] | null;
  @Field(() => [IdentityInput], {
    nullable: true,
    description: 'Identities to remove, at most 50.',
  })
  removeIdentities?: IdentityInput[] | null;
  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether the customer may read the tickets of their organizations. Null means false.',
  })
  seesOrganizationTickets?: boolean | null;
  @Field(() => Int, {
    nullable: true,
    description: EXPECTED_VERSION,
  })
  expectedVersion?: number | null;
}

@InputType({
  description: 'The fields that an upsert sets. Absent fields stay unchanged, null clears them.',
})
export class CustomerValues {
  @Field(() => String, { nullable: true, description: NAME }) name?: string | null;
  @Field(() => [IdentityInput], {
    nullable: true,
    description:
      'Identities to add, at most 50. Refused with IDENTITY_TAKEN when another customer has one.',
  })
  identities?: IdentityInput[] | null;
  @Field(() => LocationInput, { nullable: true, description: 'The location of the customer.' })
  location?: LocationInput | null;
  @Field(() => Locale, { nullable: true, description: 'The language of the customer.' })
  locale?: string | null;
  @Field(() => String, { nullable: true, description: TIER }) tier?: string | null;
}

const values = optionalFields({ ...person, identities: identitiesBounds });

@InputType({
  description:
    'Input of customerUpsert. The customer is found by exactly one of externalId and identity.',
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
    description: 'The id in the system of the calling app, unique per app. At most 255 characters.',
  })
  externalId?: string | null;
  @Field(() => IdentityInput, { nullable: true, description: 'An identity of the customer.' })
  identity?: IdentityInput | null;
  @Field(() => CustomerValues, { description: 'The fields of a new customer.' })
  onCreate!: CustomerValues;
  @Field(() => CustomerValues, {
    description: 'The fields to set on an existing customer. An empty object changes nothing.',
  })
  onUpdate!: CustomerValues;
  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY }) idempotencyKey?:
    | string
    | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of customerCreate.' })
export class CustomerCreatePayload extends Payload {
  @Field(() => Customer, { nullable: true, description: afterChange('customer') })
  customer!: Customer | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of customerUpdate.' })
export class CustomerUpdatePayload extends Payload {
  @Field(() => Customer, {
    nullable: true,
    description: afterChange('customer'),
  })
  customer!: Customer | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of customerUpsert.' })
export class CustomerUpsertPayload extends Payload {
  @Field(() => Customer, {
    nullable: true,
    description: afterChange('customer'),
  })
  customer!: Customer | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the customer was created. Null when refused.',
  })
  created!: boolean | null;
}
