import { sql } from '@deskgraph/common/database';
import { Refusal } from '@deskgraph/common/errors';
import { record } from '@deskgraph/common/events';
import { Payload } from '@deskgraph/common/graph';
import { expectVersion } from '@deskgraph/common/input';
import type { Context } from '@deskgraph/common/transaction';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { stateOf } from './fact.ts';
import { locked } from './locked.ts';

@InputType({ description: 'Input of ticketFieldDelete.' })
export class TicketFieldDeleteInput {
  @Field(() => ID, { description: 'Which field.' }) id!: string;
  @Field(() => Int, { nullable: true, description: 'Refused with CONFLICT when this is not the current version.' })
  expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketFieldDelete.' })
export class TicketFieldDeletePayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The id that is gone; null when refused.' }) deletedId?: string | null;
}

/** No ticket gets a value of it any more, so that no form may ask for it and no macro set it. Its row stays, for the values that tickets have. */
export async function remove(ctx: Context, input: TicketFieldDeleteInput): Promise<TicketFieldDeletePayload> {
  const field = await locked(ctx, input.id);
  expectVersion(field, input.expectedVersion);
  if (await isNeeded(ctx, field.id)) throw new Refusal('IN_USE', 'id');
  field.deletedAt = new Date();
  field.updatedAt = field.deletedAt;
  field.version += 1;
  await record(ctx, 'field.deleted', field, { state: stateOf(field) });
  return { deletedId: field.id, userErrors: [] };
}

/** By a form that asks for it, or shows another field by its value, or by a macro. */
async function isNeeded(ctx: Context, id: string): Promise<boolean> {
  const { rows } = await sql<{ needed: boolean }>`
    select exists (
        select from ticket_form where workspace_id = ${ctx.workspace}::uuid and deleted_at is null
          and jsonb_path_exists(fields, '$.**.fieldId ? (@ == $id)', jsonb_build_object('id', ${id}::text)))
      or exists (
        select from macro where workspace_id = ${ctx.workspace}::uuid and actions @> ${JSON.stringify([{ fields: [{ fieldId: id }] }])}::jsonb
      ) as needed`.execute(ctx.em.getKysely());
  return rows[0]!.needed;
}
