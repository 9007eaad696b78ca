import { Refusal } from '@deskgraph/common/core/errors';
import { newId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import {
  createdEvent,
  limitPerWorkspace,
  lockForUpdate,
  recordDeletion,
  requireNotNull,
  updatedEvent,
} from '@deskgraph/common/database/crud';
import { sql } from '@deskgraph/common/database/database';
import { Direction } from '@deskgraph/common/database/pagination';
import { execute } from '@deskgraph/common/database/query';
import { appendEvents } from '@deskgraph/common/events/log';
import type { NewEvent } from '@deskgraph/common/events/types';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import { TicketOrderField } from '../../model/filter/order.ts';
import { refuseUnstorableFilter, toStoredJson } from '../../model/saved-filter/saved-filter.ts';
import { isBuiltInView } from './built-in.ts';
import { DEFAULT_VIEW_COLUMNS, refuseUnknownColumns } from './columns.ts';
import type {
  ViewCreateInput,
  ViewCreatePayload,
  ViewDeleteInput,
  ViewDeletePayload,
  ViewUpdateInput,
  ViewUpdatePayload,
} from './input.ts';
import { viewById } from './queries.ts';
import { canShareViews, isViewVisible, requireSharingDepartmentId } from './sharing.ts';
import { View, ViewSharing, viewEvents } from './view.ts';

const MAX_PRIVATE_VIEWS_PER_OWNER = 100;
const MAX_SHARED_VIEWS_PER_WORKSPACE = 500;

const DEFAULT_ORDER = [{ field: TicketOrderField.QUEUE, direction: Direction.ASC }];

export async function createView(ctx: Context, input: ViewCreateInput): Promise<ViewCreatePayload> {
  const sharing = input.sharing ?? ViewSharing.PRIVATE;
  refuseUnstorableFilter(ctx, input.filter, input.orderBy);
  await refuseUnknownColumns(ctx, input);
  const departmentId = await requireSharingDepartmentId(ctx, sharing, input.departmentId);
  await refuseTooManyViews(ctx, sharing);
  const view = ctx.em.create(View, {
    id: newId('vie'),
    workspaceId: ctx.workspace,
    name: input.name,
    sharing,
    ownerId: ctx.actor.id,
    departmentId,
    filter: toStoredJson(input.filter),
    orderBy: toStoredJson(input.orderBy?.length ? input.orderBy : DEFAULT_ORDER),
    columns: input.columns ?? DEFAULT_VIEW_COLUMNS,
    groupBy: input.groupBy ?? null,
  });
  await ctx.em.flush();
  const defaultEvents = input.isDefault ? await setDefaultView(ctx, view, true) : [];
  await appendEvents(ctx, [createdEvent(viewEvents, view), ...defaultEvents]);
  return { view, userErrors: [] };
}

const REQUIRED = ['name', 'sharing', 'filter'] as const;
const CONTENT = [...REQUIRED, 'departmentId', 'orderBy', 'columns', 'groupBy'] as const;

/** Every user who can see a view may make it their default. Other fields require the right to change it. */
export async function updateView(ctx: Context, input: ViewUpdateInput): Promise<ViewUpdatePayload> {
  requireNotNull(input, REQUIRED);
  const changesContent = CONTENT.some((field) => input[field] !== undefined);
  const view = changesContent ? await lockView(ctx, input.id) : await viewById(ctx, input.id);
  if (!view) throw new Refusal('NOT_FOUND', 'id');
  refuseStaleVersion(view, input.expectedVersion);
  const events: NewEvent[] = [];
  if (changesContent) {
    const before = viewEvents.stateOf(view);
    await changeContent(ctx, view, input);
    const event = updatedEvent(viewEvents, view, before);
    if (event) events.push(event);
  }
  events.push(...(await setDefaultView(ctx, view, input.isDefault)));
  await appendEvents(ctx, events);
  return { view, userErrors: [] };
}

async function changeContent(ctx: Context, view: View, input: ViewUpdateInput): Promise<void> {
  refuseUnstorableFilter(ctx, input.filter, input.orderBy);
  await refuseUnknownColumns(ctx, input);
  await changeSharing(ctx, view, input);
  view.name = input.name ?? view.name;
  if (input.filter) view.filter = toStoredJson(input.filter);
  if (input.orderBy !== undefined)
    view.orderBy = toStoredJson(input.orderBy?.length ? input.orderBy : DEFAULT_ORDER);
  if (input.columns !== undefined) view.columns = input.columns ?? DEFAULT_VIEW_COLUMNS;
  if (input.groupBy !== undefined) view.groupBy = input.groupBy;
}

/** Only the owner of a view can make it private. */
async function changeSharing(ctx: Context, view: View, input: ViewUpdateInput): Promise<void> {
  const sharing = input.sharing ?? view.sharing;
  const isSameDepartment =
    input.departmentId === undefined || input.departmentId === view.departmentId;
  if (sharing === view.sharing && isSameDepartment) return;
  const isPrivate = sharing === ViewSharing.PRIVATE;
  if (isPrivate && view.ownerId !== ctx.actor.id) throw new Refusal('FORBIDDEN', 'sharing');
  const departmentId =
    sharing === ViewSharing.DEPARTMENT && input.departmentId === undefined
      ? view.departmentId
      : input.departmentId;
  view.departmentId = await requireSharingDepartmentId(ctx, sharing, departmentId);
  if (isPrivate !== (view.sharing === ViewSharing.PRIVATE)) await refuseTooManyViews(ctx, sharing);
  view.sharing = sharing;
}

/** Deletes a view. It is no longer the default of anyone: they get the built-in default view. */
export async function deleteView(ctx: Context, input: ViewDeleteInput): Promise<ViewDeletePayload> {
  const view = await lockView(ctx, input.id);
  refuseStaleVersion(view, input.expectedVersion);
  await execute(
    ctx,
    sql`
      delete from default_view
      where workspace_id = ${ctx.workspace}::uuid and view_id = ${uuidOf('vie', view.id)}::uuid`,
  );
  return { deletedId: await recordDeletion(ctx, viewEvents, view), userErrors: [] };
}

/** Locks a view that the caller may change: their own private one, or a shared one. */
async function lockView(ctx: Context, id: string): Promise<View> {
  if (isBuiltInView(ctx, id)) throw new Refusal('FORBIDDEN', 'id');
  const view = await lockForUpdate(ctx, View, id);
  if (!isViewVisible(ctx.actor, view)) throw new Refusal('NOT_FOUND', 'id');
  if (view.sharing !== ViewSharing.PRIVATE && !canShareViews(ctx.actor))
    throw new Refusal('FORBIDDEN', 'id');
  return view;
}

const refuseTooManyViews = (ctx: Context, sharing: ViewSharing): Promise<void> =>
  limitPerWorkspace(
    ctx,
    View,
    sharing === ViewSharing.PRIVATE
      ? {
          max: MAX_PRIVATE_VIEWS_PER_OWNER,
          field: 'sharing',
          where: { sharing, ownerId: ctx.actor.id },
        }
      : {
          max: MAX_SHARED_VIEWS_PER_WORKSPACE,
          field: 'sharing',
          where: { sharing: { $ne: ViewSharing.PRIVATE } },
        },
  );

/** Makes a view the caller's default, or no longer so, and returns the event if that is a change. */
async function setDefaultView(
  ctx: Context,
  view: View,
  isDefault: boolean | null | undefined,
): Promise<NewEvent[]> {
  if (isDefault === undefined || isDefault === null) return [];
  const viewId = uuidOf('vie', view.id);
  const changed = await execute(
    ctx,
    isDefault
      ? sql`
          insert into default_view (workspace_id, actor_id, view_id)
          values (${ctx.workspace}::uuid, ${ctx.actor.id}, ${viewId}::uuid)
          on conflict (workspace_id, actor_id) do update set view_id = excluded.view_id
            where default_view.view_id <> excluded.view_id
          returning view_id`
      : sql`
          delete from default_view
          where workspace_id = ${ctx.workspace}::uuid and actor_id = ${ctx.actor.id}
            and view_id = ${viewId}::uuid
          returning view_id`,
  );
  ctx.load.clear();
  const type = isDefault ? 'view.chosen' : 'view.left';
  return changed.length ? [{ type, subject: view, data: { state: viewEvents.stateOf(view) } }] : [];
}
