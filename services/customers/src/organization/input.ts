import { Payload } from '@deskgraph/common/graphql/shared-types';
import { singleLine, optionalFields } from '@deskgraph/common/graphql/input';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { externalIdBounds } from '../app/external.ts';
import { domainsBounds } from './domain.ts';
import { Organization } from './organization.ts';

const bounds = optionalFields({
  name: singleLine(200),
  domains: domainsBounds,
  tier: singleLine(50),
  externalId: externalIdBounds,
});

const DOMAINS =
  'Mail domains, `example.com`, at most 50, each of one organization only; new customers with such an address join. Public mail providers are refused.';

@InputType({ description: 'What a new organization is made of.' })
export class OrganizationCreateInput {
  static readonly bounds = bounds;
  @Field(() => String, { description: 'The name, 1 to 200 characters.' }) name!: string;
  @Field(() => [String], { nullable: true, description: DOMAINS }) domains?: string[] | null;
  @Field(() => String, {
    nullable: true,
    description: 'The service tier, `gold`; at most 50 characters.',
  })
  tier?: string | null;
  @Field(() => String, {
    nullable: true,
    description:
      'The id that the caller’s app knows it by, unique per app; at most 255 characters.',
  })
  externalId?: string | null;
  @Field(() => String, {
    nullable: true,
    description:
      'The same key and input within 24 hours gives the first result; at most 255 characters.',
  })
  idempotencyKey?: string | null;
}

@InputType({ description: 'What to change of an organization; what is absent stays, null clears.' })
export class OrganizationUpdateInput {
  static readonly bounds = bounds;
  @Field(() => ID, { description: 'The organization to change.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description: 'The name, 1 to 200 characters; it can’t be cleared.',
  })
  name?: string | null;
  @Field(() => [String], {
    nullable: true,
    description: `${DOMAINS} The list takes the place of the old one.`,
  })
  domains?: string[] | null;
  @Field(() => String, {
    nullable: true,
    description: 'The service tier, `gold`; at most 50 characters.',
  })
  tier?: string | null;
  @Field(() => String, {
    nullable: true,
    description:
      'The id that the caller’s app knows it by, in place of the one before; unique per app, at most 255 characters.',
  })
  externalId?: string | null;
  @Field(() => Int, {
    nullable: true,
    description: 'Refused with CONFLICT when this is not the current version.',
  })
  expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'The result of organizationCreate.' })
export class OrganizationCreatePayload extends Payload {
  @Field(() => Organization, {
    nullable: true,
    description: 'The new organization; null when refused.',
  })
  organization!: Organization | null;
}

@ObjectType({ simpleResolvers: true, description: 'The result of organizationUpdate.' })
export class OrganizationUpdatePayload extends Payload {
  @Field(() => Organization, {
    nullable: true,
    description: 'The organization as it now stands; null when refused.',
  })
  organization!: Organization | null;
}
