import {
  EXPECTED_VERSION,
  IDEMPOTENCY_KEY,
  afterChange,
} from '@deskgraph/common/graphql/crud-types';
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
  'E-mail domains, for example `example.com`, at most 50. A domain belongs to one organization only; new customers with such an address join it. Domains of public providers are refused.';

@InputType({ description: 'Input of organizationCreate.' })
export class OrganizationCreateInput {
  static readonly bounds = bounds;
  @Field(() => String, { description: 'The name, 1 to 200 characters.' }) name!: string;
  @Field(() => [String], { nullable: true, description: DOMAINS }) domains?: string[] | null;
  @Field(() => String, {
    nullable: true,
    description: 'The service tier, for example `gold`. At most 50 characters.',
  })
  tier?: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'The id in the system of the calling app, unique per app. At most 255 characters.',
  })
  externalId?: string | null;
  @Field(() => String, {
    nullable: true,
    description: IDEMPOTENCY_KEY,
  })
  idempotencyKey?: string | null;
}

@InputType({
  description: 'Input of organizationUpdate. Absent fields stay unchanged, null clears them.',
})
export class OrganizationUpdateInput {
  static readonly bounds = bounds;
  @Field(() => ID, { description: 'The organization to update.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description: 'The name, 1 to 200 characters; cannot be cleared.',
  })
  name?: string | null;
  @Field(() => [String], {
    nullable: true,
    description: `${DOMAINS} Replaces the list.`,
  })
  domains?: string[] | null;
  @Field(() => String, {
    nullable: true,
    description: 'The service tier, for example `gold`. At most 50 characters.',
  })
  tier?: string | null;
  @Field(() => String, {
    nullable: true,
    description:
      'The id in the system of the calling app; replaces the previous one. Unique per app, at most 255 characters.',
  })
  externalId?: string | null;
  @Field(() => Int, {
    nullable: true,
    description: EXPECTED_VERSION,
  })
  expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of organizationCreate.' })
export class OrganizationCreatePayload extends Payload {
  @Field(() => Organization, {
    nullable: true,
    description: afterChange('organization'),
  })
  organization!: Organization | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of organizationUpdate.' })
export class OrganizationUpdatePayload extends Payload {
  @Field(() => Organization, {
    nullable: true,
    description: afterChange('organization'),
  })
  organization!: Organization | null;
}
