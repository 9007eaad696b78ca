import { record } from '@deskgraph/common/events/log';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { expectVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { refuseNamed } from '../../model/saved-filter/named.ts';
import { fieldState } from './events.ts';
import { locked } from './lock.ts';

@InputType({ description: 'Input of ticketFieldDelete.' })
export class TicketFieldDeleteInput {
  @Field(() => ID, { description: 'Which field.' }) id!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Refused with CONFLICT when this is not the current version.',
  })
  expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketFieldDelete.' })
export class TicketFieldDeletePayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The id that is gone; null when refused.' })
  deletedId?: string | null;
}

/** No ticket gets a value of it any more, so that nothing may ask for it or set it. Its row stays, for the values that tickets have. */
export async function deleteField(
  ctx: Context,
  input: TicketFieldDeleteInput,
): Promise<TicketFieldDeletePayload> {
  const field = await locked(ctx, input.id);
  expectVersion(field, input.expectedVersion);
  await refuseNamed(ctx, field.id);
  field.deletedAt = new Date();
  field.updatedAt = field.deletedAt;
  field.version += 1;
  await record(ctx, 'field.deleted', field, { state: fieldState(field) });
  return { deletedId: field.id, userErrors: [] };
}
