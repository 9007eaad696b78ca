import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Payload } from './shared-types.ts';

/** Descriptions of fields that mutations of all services have in common. */
export const IDEMPOTENCY_KEY =
  'Repeating the call with the same key and input within 24 hours returns the first result; another input is refused with IDEMPOTENCY_MISMATCH. At most 255 characters.';
export const EXPECTED_VERSION =
  'The version the caller has read. Refused with CONFLICT when the stored version differs.';

/** The description of the entity in the payload of a mutation. */
export const afterChange = (noun: string): string =>
  `The ${noun} after the change. Null when the mutation is refused.`;

/**
 * Base class of the input of a delete mutation: `id` and `expectedVersion`.
 *
 * @example
 * @InputType({ description: 'Input of macroDelete.' })
 * export class MacroDeleteInput extends deleteInput('macro') {}
 */
export function deleteInput(noun: string) {
  @InputType()
  abstract class DeleteInput {
    @Field(() => ID, { description: `The ${noun} to delete.` }) id!: string;
    @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
    expectedVersion?: number | null;
  }
  return DeleteInput;
}

/**
 * Base class of the payload of a delete mutation: `deletedId` and `userErrors`.
 *
 * @example
 * @ObjectType({ simpleResolvers: true, description: 'Result of macroDelete.' })
 * export class MacroDeletePayload extends deletePayload('macro') {}
 */
export function deletePayload(noun: string) {
  @ObjectType({ simpleResolvers: true })
  abstract class DeletePayload extends Payload {
    @Field(() => ID, {
      nullable: true,
      description: `The id of the deleted ${noun}. Null when refused.`,
    })
    deletedId?: string | null;
  }
  return DeletePayload;
}
