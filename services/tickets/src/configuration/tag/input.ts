import {
  EXPECTED_VERSION,
  IDEMPOTENCY_KEY,
  afterChange,
  deleteInput,
  deletePayload,
} from '@deskgraph/common/graphql/crud-types';
import { optionalFields, z } from '@deskgraph/common/graphql/input';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Tag } from './tag.ts';

/**
 * A tag name is one line without commas, in lower case and NFC, so that names that look alike are
 * equal.
 */
export const tagName = z
  .string()
  .trim()
  .toLowerCase()
  .normalize('NFC')
  .min(1)
  .max(50)
  .regex(/^[^\r\n,]*$/);

const color = z
  .string()
  .toLowerCase()
  .regex(/^#[\da-f]{6}$/);
const bounds = optionalFields({ name: tagName, color });

const COLOR = 'The colour, `#aabbcc`.';

@InputType({ description: 'Input of tagCreate.' })
export class TagCreateInput {
  static readonly bounds = bounds;
  @Field(() => String, {
    description:
      'The name: unique in the workspace, one line without commas, at most 50 characters; stored in lower case.',
  })
  name!: string;
  @Field(() => String, { nullable: true, description: COLOR })
  color?: string | null;
  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY })
  idempotencyKey?: string | null;
}

@InputType({
  description: 'Input of tagUpdate. Fields that are left out keep their value; null clears.',
})
export class TagUpdateInput {
  static readonly bounds = bounds;
  @Field(() => ID, { description: 'The tag to update.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description:
      'The name: unique in the workspace, one line without commas, at most 50 characters; can’t be cleared. All tickets with the tag get the new name, and views, macros, forms, access roles and escalation paths that name it follow. Refused with LIMIT_REACHED when more than 5,000 tickets have it.',
  })
  name?: string | null;
  @Field(() => String, { nullable: true, description: COLOR })
  color?: string | null;
  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  expectedVersion?: number | null;
}

@InputType({ description: 'Input of tagDelete.' })
export class TagDeleteInput extends deleteInput('tag') {}

@ObjectType({ simpleResolvers: true, description: 'Result of tagCreate.' })
export class TagCreatePayload extends Payload {
  @Field(() => Tag, { nullable: true, description: afterChange('tag') })
  tag?: Tag | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of tagUpdate.' })
export class TagUpdatePayload extends Payload {
  @Field(() => Tag, { nullable: true, description: afterChange('tag') })
  tag?: Tag | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of tagDelete.' })
export class TagDeletePayload extends deletePayload('tag') {}
