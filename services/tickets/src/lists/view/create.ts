import { appendEvents } from '@deskgraph/common/events/log';
import { newId } from '@deskgraph/common/core/id';
import { Direction } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { TicketOrderField } from '../../model/filter/order.ts';
import { DEFAULT_VIEW_COLUMNS, refuseUnknownColumns } from './columns.ts';
import { setDefaultView } from './default.ts';
import { viewState } from './events.ts';
import type { ViewCreateInput, ViewCreatePayload } from './input.ts';
import { limitViews } from './lock.ts';
import { sharingDepartmentId } from './share.ts';
import { toStoredJson, refuseUnstorableFilter } from '../../model/saved-filter/stored.ts';
import { View, ViewSharing } from './view.ts';

export const DEFAULT_VIEW_ORDER = [{ field: TicketOrderField.QUEUE, direction: Direction.ASC }];

export async function createView(ctx: Context, input: ViewCreateInput): Promise<ViewCreatePayload> {
  const sharing = input.sharing ?? ViewSharing.PRIVATE;
  refuseUnstorableFilter(ctx, input.filter, input.orderBy);
  await refuseUnknownColumns(ctx, input);
  const departmentId = await sharingDepartmentId(ctx, sharing, input.departmentId);
  await limitViews(ctx, sharing);
  const view = ctx.em.create(View, {
    id: newId('vie'),
    workspaceId: ctx.workspace,
    name: input.name,
    sharing,
    ownerId: ctx.actor.id,
    departmentId,
    filter: toStoredJson(input.filter),
    orderBy: toStoredJson(input.orderBy?.length ? input.orderBy : DEFAULT_VIEW_ORDER),
    columns: input.columns ?? DEFAULT_VIEW_COLUMNS,
    groupBy: input.groupBy ?? null,
  });
  await ctx.em.flush();
  const chosen = input.isDefault ? await setDefaultView(ctx, view, true) : [];
  await appendEvents(ctx, [
    { type: 'view.created', subject: view, data: { state: viewState(view) } },
    ...chosen,
  ]);
  return { view, userErrors: [] };
}
