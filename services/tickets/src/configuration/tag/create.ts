import { record } from '@deskgraph/common/events/log';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { newId } from '@deskgraph/common/core/id';
import { loose } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { Field, InputType, ObjectType } from 'type-graphql';
import { tagState } from './events.ts';
import { refuseTaken } from './lock.ts';
import { tagColor, tagName } from './name.ts';
import { Tag } from './tag.ts';

@InputType({ description: 'Input of tagCreate.' })
export class TagCreateInput {
  static readonly bounds = loose({ name: tagName, color: tagColor });
  @Field(() => String, {
    description:
      'Unique in the workspace, one line without commas, at most 50 characters; kept in lower case.',
  })
  name!: string;
  @Field(() => String, { nullable: true, description: 'A colour, `#aabbcc`.' }) color?:
    | string
    | null;
  @Field(() => String, {
    nullable: true,
    description:
      'With the same key the same input gives the first result within 24 hours, another input is refused; at most 255 characters.',
  })
  idempotencyKey?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of tagCreate.' })
export class TagCreatePayload extends Payload {
  @Field(() => Tag, {
    nullable: true,
    description: 'The label as it now stands; null when refused.',
  })
  tag?: Tag | null;
}

export async function createTag(
  ctx: Context,
  { name, color = null }: TagCreateInput,
): Promise<TagCreatePayload> {
  await refuseTaken(ctx, name);
  const tag = ctx.em.create(Tag, { id: newId('tag'), workspaceId: ctx.workspace, name, color });
  await record(ctx, 'tag.created', tag, { state: tagState(tag) });
  return { tag, userErrors: [] };
}
