import { recordAll } from '@deskgraph/common/events/log';
import { newId } from '@deskgraph/common/core/id';
import { Direction } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { TicketOrderField } from '../../model/filter/order.ts';
import { COLUMNS, refuseUnknown } from './columns.ts';
import { choose } from './default.ts';
import { stateOf } from './events.ts';
import type { ViewCreateInput, ViewCreatePayload } from './input.ts';
import { refuseTooMany } from './lock.ts';
import { sharedWith } from './share.ts';
import { kept, refuseUnkeepable } from '../../model/saved-filter/stored.ts';
import { View, ViewSharing } from './view.ts';

export const QUEUE = [{ field: TicketOrderField.QUEUE, direction: Direction.ASC }];

export async function create(ctx: Context, input: ViewCreateInput): Promise<ViewCreatePayload> {
  const sharing = input.sharing ?? ViewSharing.PRIVATE;
  refuseUnkeepable(ctx, input.filter, input.orderBy);
  await refuseUnknown(ctx, input);
  const departmentId = await sharedWith(ctx, sharing, input.departmentId);
  await refuseTooMany(ctx, sharing);
  const view = ctx.em.create(View, {
    id: newId('vie'),
    workspaceId: ctx.workspace,
    name: input.name,
    sharing,
    ownerId: ctx.actor.id,
    departmentId,
    filter: kept(input.filter),
    orderBy: kept(input.orderBy?.length ? input.orderBy : QUEUE),
    columns: input.columns ?? COLUMNS,
    groupBy: input.groupBy ?? null,
  });
  await ctx.em.flush();
  const chosen = input.isDefault ? await choose(ctx, view, true) : [];
  await recordAll(ctx, [
    { type: 'view.created', subject: view, data: { state: stateOf(view) } },
    ...chosen,
  ]);
  return { view, userErrors: [] };
}
