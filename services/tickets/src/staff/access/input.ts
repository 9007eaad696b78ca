import { Role } from '@deskgraph/common/auth/access';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { line, loose, z } from '@deskgraph/common/graphql/input';
import { ScopeScalar } from '@deskgraph/common/graphql/scalars';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { TicketFilter } from '../../model/filter/sql.ts';
import { AccessRole } from './access-role.ts';

const bounds = loose({ name: line(100), scopes: z.array(z.string()).min(1).max(50) });
const BASE = 'The role that it refines: LIGHT, AGENT, LEAD or ANALYST.';
const SCOPES =
  'The scopes that it leaves, at least one of those of people: all but `tickets:import`.';
const FILTER =
  'The tickets that it shows; null shows all, and `me` is who has it. It can ask for status, custom status, priority, channel, category, department, assignee, follower, requester, organization, form, labels, and for custom fields that are numbers, choices, yes or no, filled or not; all else is refused. At most 4,000 bytes as JSON in UTF-8, in which `me` counts as an id.';
const VERSION = 'Refused with CONFLICT when this is not the current version.';
const STANDS = 'The access role as it now stands; null when refused.';

@InputType({ description: 'Input of accessRoleCreate.' })
export class AccessRoleCreateInput {
  static readonly bounds = bounds;
  @Field(() => String, { description: 'One line of 1 to 100 characters.' }) name!: string;
  @Field(() => Role, { description: BASE }) base!: Role;
  @Field(() => [ScopeScalar], { description: SCOPES }) scopes!: string[];
  @Field(() => TicketFilter, { nullable: true, description: FILTER }) filter?: TicketFilter | null;
  @Field(() => String, {
    nullable: true,
    description:
      'With the same key the same input gives the first result within 24 hours, another input is refused; at most 255 characters.',
  })
  idempotencyKey?: string | null;
}

@InputType({ description: 'Input of accessRoleUpdate. What is left out stays; null clears.' })
export class AccessRoleUpdateInput {
  static readonly bounds = bounds;
  @Field(() => ID, { description: 'Which access role.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description: 'One line of 1 to 100 characters; can’t be cleared.',
  })
  name?: string | null;
  @Field(() => Role, {
    nullable: true,
    description: `${BASE} Another one is refused with IN_USE while somebody has it; can’t be cleared.`,
  })
  base?: Role | null;
  @Field(() => [ScopeScalar], { nullable: true, description: `${SCOPES} Can’t be cleared.` })
  scopes?: string[] | null;
  @Field(() => TicketFilter, { nullable: true, description: FILTER }) filter?: TicketFilter | null;
  @Field(() => Int, { nullable: true, description: VERSION }) expectedVersion?: number | null;
}

@InputType({ description: 'Input of accessRoleDelete.' })
export class AccessRoleDeleteInput {
  @Field(() => ID, { description: 'Which access role.' }) id!: string;
  @Field(() => Int, { nullable: true, description: VERSION }) expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of accessRoleCreate.' })
export class AccessRoleCreatePayload extends Payload {
  @Field(() => AccessRole, { nullable: true, description: STANDS }) accessRole?: AccessRole | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of accessRoleUpdate.' })
export class AccessRoleUpdatePayload extends Payload {
  @Field(() => AccessRole, { nullable: true, description: STANDS }) accessRole?: AccessRole | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of accessRoleDelete.' })
export class AccessRoleDeletePayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The id that is gone; null when refused.' })
  deletedId?: string | null;
}
