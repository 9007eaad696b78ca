import { Role } from '@deskgraph/common/auth/access';
import {
  EXPECTED_VERSION,
  IDEMPOTENCY_KEY,
  afterChange,
  deleteInput,
  deletePayload,
} from '@deskgraph/common/graphql/crud-types';
import { singleLine, optionalFields, z } from '@deskgraph/common/graphql/input';
import { ScopeScalar } from '@deskgraph/common/graphql/scalars';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { AccessRole } from './access-role.ts';

const bounds = optionalFields({
  name: singleLine(100),
  scopes: z.array(z.string()).min(1).max(50),
});
const BASE = 'The role it restricts: LIGHT, AGENT, LEAD or ANALYST.';
const SCOPES =
  'The scopes it grants, at least one of those of agents: all scopes except `tickets:import`.';
const FILTER =
  'The visible tickets, where `me` is the agent with the access role; null shows all tickets. The filter can test status, custom status, priority, channel, category, department, assignee, follower, requester, organization, form and tags, custom fields that are numbers, choices or checkboxes, and whether a custom field is filled; every other condition is refused. At most 4,000 bytes as JSON in UTF-8, counted with an id in place of `me`.';

@InputType({ description: 'Input of accessRoleCreate.' })
export class AccessRoleCreateInput {
  static readonly bounds = bounds;
  @Field(() => String, { description: 'One line of 1 to 100 characters.' }) name!: string;
  @Field(() => Role, { description: BASE }) base!: Role;
  @Field(() => [ScopeScalar], { description: SCOPES }) scopes!: string[];
  @Field(() => TicketFilter, { nullable: true, description: FILTER }) filter?: TicketFilter | null;
  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY })
  idempotencyKey?: string | null;
}

@InputType({
  description: 'Input of accessRoleUpdate. Omitted fields stay unchanged; null clears.',
})
export class AccessRoleUpdateInput {
  static readonly bounds = bounds;
  @Field(() => ID, { description: 'The access role to update.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description: 'One line of 1 to 100 characters; can’t be cleared.',
  })
  name?: string | null;
  @Field(() => Role, {
    nullable: true,
    description: `${BASE} A change is refused with IN_USE while an agent has the access role; can’t be cleared.`,
  })
  base?: Role | null;
  @Field(() => [ScopeScalar], { nullable: true, description: `${SCOPES} Can’t be cleared.` })
  scopes?: string[] | null;
  @Field(() => TicketFilter, { nullable: true, description: FILTER }) filter?: TicketFilter | null;
  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  expectedVersion?: number | null;
}

@InputType({ description: 'Input of accessRoleDelete.' })
export class AccessRoleDeleteInput extends deleteInput('access role') {}

const AFTER_CHANGE = { nullable: true, description: afterChange('access role') };

@ObjectType({ simpleResolvers: true, description: 'Result of accessRoleCreate.' })
export class AccessRoleCreatePayload extends Payload {
  @Field(() => AccessRole, AFTER_CHANGE) accessRole?: AccessRole | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of accessRoleUpdate.' })
export class AccessRoleUpdatePayload extends Payload {
  @Field(() => AccessRole, AFTER_CHANGE) accessRole?: AccessRole | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of accessRoleDelete.' })
export class AccessRoleDeletePayload extends deletePayload('access role') {}
