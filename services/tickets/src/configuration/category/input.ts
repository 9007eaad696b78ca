import {
  EXPECTED_VERSION,
  IDEMPOTENCY_KEY,
  afterChange,
  deleteInput,
  deletePayload,
} from '@deskgraph/common/graphql/crud-types';
import { optionalFields, singleLine } from '@deskgraph/common/graphql/input';
import { Json } from '@deskgraph/common/graphql/scalars';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { TicketPriority } from '@deskgraph/common/contract/ticket-enums';
import { TicketCategory } from './category.ts';
import { namesByLocale } from './names.ts';

const bounds = optionalFields({ name: singleLine(100), names: namesByLocale });
const NAME =
  'The name in the default language of the workspace, at most 100 characters; unique among the categories with the same parent';
const DEPARTMENT = 'The department that tickets get with this category.';
const PRIORITY = 'The priority that tickets get with this category.';

@InputType({ description: 'Input of ticketCategoryCreate.' })
export class TicketCategoryCreateInput {
  static readonly bounds = bounds;
  @Field(() => String, { description: `${NAME}.` })
  name!: string;
  @Field(() => Json, {
    nullable: true,
    description:
      'The names in other languages, an object of texts by locale: `{"pt": "Faturas"}`; at most 50, each of at most 100 characters.',
  })
  names?: Record<string, string> | null;
  @Field(() => ID, { nullable: true, description: 'The parent category; at most 5 levels.' })
  parentId?: string | null;
  @Field(() => ID, { nullable: true, description: DEPARTMENT })
  departmentId?: string | null;
  @Field(() => TicketPriority, { nullable: true, description: PRIORITY })
  priority?: TicketPriority | null;
  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY })
  idempotencyKey?: string | null;
}

@InputType({
  description:
    'Input of ticketCategoryUpdate. Fields that are left out keep their value; null clears. Tickets that already have the category do not change.',
})
export class TicketCategoryUpdateInput {
  static readonly bounds = bounds;
  @Field(() => ID, { description: 'The category to update.' }) id!: string;
  @Field(() => String, { nullable: true, description: `${NAME}; can’t be cleared.` })
  name?: string | null;
  @Field(() => Json, {
    nullable: true,
    description:
      'All names in other languages, an object of texts by locale; at most 50, each of at most 100 characters.',
  })
  names?: Record<string, string> | null;
  @Field(() => ID, {
    nullable: true,
    description:
      'The parent category; at most 5 levels. Refused with CIRCLE when it is the category itself or below it.',
  })
  parentId?: string | null;
  @Field(() => ID, { nullable: true, description: DEPARTMENT })
  departmentId?: string | null;
  @Field(() => TicketPriority, { nullable: true, description: PRIORITY })
  priority?: TicketPriority | null;
  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  expectedVersion?: number | null;
}

@InputType({ description: 'Input of ticketCategoryDelete.' })
export class TicketCategoryDeleteInput extends deleteInput('category') {}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketCategoryCreate.' })
export class TicketCategoryCreatePayload extends Payload {
  @Field(() => TicketCategory, { nullable: true, description: afterChange('category') })
  ticketCategory?: TicketCategory | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketCategoryUpdate.' })
export class TicketCategoryUpdatePayload extends Payload {
  @Field(() => TicketCategory, { nullable: true, description: afterChange('category') })
  ticketCategory?: TicketCategory | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketCategoryDelete.' })
export class TicketCategoryDeletePayload extends deletePayload('category') {}
