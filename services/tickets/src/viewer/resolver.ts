import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { actorReference } from '../model/actor/actor-reference.ts';
import { currentWorkspace } from '../model/workspace/workspace.ts';
import { nodeById } from './node-lookup.ts';
import { Viewer } from './viewer.ts';

const MAX_NODES = 100;

@Resolver()
export class ViewerResolver {
  @Query(() => Viewer, { description: 'The caller: a user, an app or the system.' })
  async viewer(@Ctx() ctx: Context): Promise<Viewer> {
    const { kind, id, name, role, scopes } = ctx.actor;
    const { name: workspace } = await currentWorkspace(ctx);
    return { actor: actorReference(kind, id, name), role, scopes, workspace };
  }

  @Query(() => Node, {
    nullable: true,
    description: 'Any entity by its id. Null when it does not exist or the caller may not see it.',
  })
  node(@Arg('id', () => ID) id: string, @Ctx() ctx: Context): Promise<unknown> {
    return nodeById(ctx, id);
  }

  @Query(() => [Node], {
    nullable: 'items',
    description:
      'Several entities, at most 100, in the order of the ids. Null for each that does not exist or that the caller may not see.',
  })
  nodes(@Arg('ids', () => [ID]) ids: string[], @Ctx() ctx: Context): Promise<unknown[]> {
    if (ids.length > MAX_NODES)
      throw new Refusal([
        { code: 'TOO_LONG', field: ['ids'], message: `At most ${MAX_NODES} ids.` },
      ]);
    return Promise.all(ids.map((id) => nodeById(ctx, id)));
  }
}
