import { touch } from '@deskgraph/common/core/changes';
import { Refusal } from '@deskgraph/common/core/errors';
import { recordAll } from '@deskgraph/common/events/log';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { expectVersion, loose } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { Changes } from '../../model/ticket/events.ts';
import { renameKept } from '../../operations/saved-filter-rename/rename.ts';
import { tagState } from './events.ts';
import { locked, refuseTaken } from './lock.ts';
import { tagColor, tagName } from './name.ts';
import { renameTagOnTickets } from './rename.ts';
import { Tag } from './tag.ts';

@InputType({ description: 'Input of tagUpdate. What is left out stays; null clears.' })
export class TagUpdateInput {
  static readonly bounds = loose({ name: tagName, color: tagColor });
  @Field(() => ID, { description: 'Which label.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description:
      'Unique in the workspace, one line without commas, at most 50 characters; can’t be cleared. All tickets that have the label carry the new name, and what names it goes on doing so: views, macros, forms, access roles, escalation paths. Refused with LIMIT_REACHED when they are more than 5,000.',
  })
  name?: string | null;
  @Field(() => String, { nullable: true, description: 'A colour, `#aabbcc`.' }) color?:
    | string
    | null;
  @Field(() => Int, {
    nullable: true,
    description: 'Refused with CONFLICT when this is not the current version.',
  })
  expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of tagUpdate.' })
export class TagUpdatePayload extends Payload {
  @Field(() => Tag, {
    nullable: true,
    description: 'The label as it now stands; null when refused.',
  })
  tag?: Tag | null;
}

export async function updateTag(ctx: Context, input: TagUpdateInput): Promise<TagUpdatePayload> {
  if (input.name === null) throw new Refusal('REQUIRED', 'name');
  const tag = await locked(ctx, input.id);
  expectVersion(tag, input.expectedVersion);
  const { name: from, color } = tag;
  const { name = from } = input;
  const changes: Changes = {};
  if (name !== from) {
    await refuseTaken(ctx, name);
    changes['name'] = [from, name];
    tag.name = name;
  }
  if (input.color !== undefined && input.color !== color) {
    changes['color'] = [color, input.color];
    tag.color = input.color;
  }
  if (!Object.keys(changes).length) return { tag, userErrors: [] };
  touch(tag);
  await ctx.em.flush();
  const renamed =
    name === from
      ? []
      : [...(await renameTagOnTickets(ctx, from, name)), ...(await renameKept(ctx, from, name))];
  await recordAll(ctx, [
    { type: 'tag.updated', subject: tag, data: { state: tagState(tag), changes } },
    ...renamed,
  ]);
  return { tag, userErrors: [] };
}
