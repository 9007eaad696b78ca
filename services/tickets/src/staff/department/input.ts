import {
  EXPECTED_VERSION,
  IDEMPOTENCY_KEY,
  afterChange,
  deleteInput,
  deletePayload,
} from '@deskgraph/common/graphql/crud-types';
import { optionalFields, singleLine, z } from '@deskgraph/common/graphql/input';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Department } from './department.ts';

const bounds = optionalFields({ name: singleLine(100), agentIds: z.array(z.string()).max(1000) });

@InputType({ description: 'Input of departmentCreate.' })
export class DepartmentCreateInput {
  static readonly bounds = bounds;
  @Field(() => String, {
    description: 'The name, unique in the workspace, at most 100 characters.',
  })
  name!: string;
  @Field(() => [ID], { nullable: true, description: 'The agents who work in it, at most 1,000.' })
  agentIds?: string[] | null;
  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY })
  idempotencyKey?: string | null;
}

@InputType({
  description: 'Input of departmentUpdate. Omitted fields stay unchanged; null clears.',
})
export class DepartmentUpdateInput {
  static readonly bounds = bounds;
  @Field(() => ID, { description: 'The department to update.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description: 'The name, unique in the workspace, at most 100 characters; can’t be cleared.',
  })
  name?: string | null;
  @Field(() => [ID], {
    nullable: true,
    description: 'The complete list of agents who work in it, at most 1,000.',
  })
  agentIds?: string[] | null;
  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  expectedVersion?: number | null;
}

@InputType({ description: 'Input of departmentDelete.' })
export class DepartmentDeleteInput extends deleteInput('department') {}

const AFTER_CHANGE = { nullable: true, description: afterChange('department') };

@ObjectType({ simpleResolvers: true, description: 'Result of departmentCreate.' })
export class DepartmentCreatePayload extends Payload {
  @Field(() => Department, AFTER_CHANGE) department?: Department | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of departmentUpdate.' })
export class DepartmentUpdatePayload extends Payload {
  @Field(() => Department, AFTER_CHANGE) department?: Department | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of departmentDelete.' })
export class DepartmentDeletePayload extends deletePayload('department') {}
