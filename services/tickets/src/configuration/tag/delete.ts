import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { record } from '@deskgraph/common/events/log';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { expectVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { tagState } from './events.ts';
import { locked } from './lock.ts';

@InputType({ description: 'Input of tagDelete.' })
export class TagDeleteInput {
  @Field(() => ID, { description: 'Which label.' }) id!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Refused with CONFLICT when this is not the current version.',
  })
  expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of tagDelete.' })
export class TagDeletePayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The id that is gone; null when refused.' })
  deletedId?: string | null;
}

/** Deletes a label that no ticket has. */
export async function deleteTag(ctx: Context, input: TagDeleteInput): Promise<TagDeletePayload> {
  const tag = await locked(ctx, input.id);
  expectVersion(tag, input.expectedVersion);
  if (await isNeeded(ctx, tag.name)) throw new Refusal('IN_USE', 'id');
  const subject = { id: tag.id, version: tag.version + 1 };
  ctx.em.remove(tag);
  await record(ctx, 'tag.deleted', subject, { state: tagState(tag) });
  return { deletedId: subject.id, userErrors: [] };
}

async function isNeeded(ctx: Context, name: string): Promise<boolean> {
  const { rows } = await sql<{ needed: boolean }>`
    select exists (select from ticket_tag where workspace_id = ${ctx.workspace}::uuid and name = ${name}) as needed`.execute(
    ctx.em.getKysely(),
  );
  return rows[0]!.needed;
}
