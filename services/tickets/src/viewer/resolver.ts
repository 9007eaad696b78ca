import { Refusal } from '@deskgraph/common/core/errors';
import { Node } from '@deskgraph/common/graphql/shared-types';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { actorReference } from '../people/external/actor.ts';
import { currentWorkspace } from '../model/workspace/workspace.ts';
import { nodeById } from './node-lookup.ts';
import { Viewer } from './viewer.ts';

const NODES_LIMIT = 100;

@Resolver()
export class ViewerResolver {
  @Query(() => Viewer, { description: 'The caller, whatever it is.' })
  async viewer(@Ctx() ctx: Context): Promise<Viewer> {
    const { kind, id, name, role, scopes } = ctx.actor;
    return {
      actor: actorReference(kind, id, name),
      role,
      scopes,
      workspace: (await currentWorkspace(ctx)).name,
    };
  }

  @Query(() => Node, {
    nullable: true,
    description: 'Any thing by its id; null when there is none for the caller.',
  })
  node(@Arg('id', () => ID) id: string, @Ctx() ctx: Context): Promise<unknown> {
    return nodeById(ctx, id);
  }

  @Query(() => [Node], {
    nullable: 'items',
    description:
      'Several things, at most 100, in the order of their ids; null for those that are not there.',
  })
  nodes(@Arg('ids', () => [ID]) ids: string[], @Ctx() ctx: Context): Promise<unknown[]> {
    if (ids.length > NODES_LIMIT)
      throw new Refusal([
        { code: 'TOO_LONG', field: ['ids'], message: `At most ${NODES_LIMIT} ids.` },
      ]);
    return Promise.all(ids.map((id) => nodeById(ctx, id)));
  }
}
