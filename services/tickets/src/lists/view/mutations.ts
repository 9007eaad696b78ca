import { changesOf, touch } from '@deskgraph/common/core/changes';
import { Refusal } from '@deskgraph/common/core/errors';
import { type NewEvent, appendEvents } from '@deskgraph/common/events/log';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { DEFAULT_VIEW_COLUMNS, refuseUnknownColumns } from './columns.ts';
import { DEFAULT_VIEW_ORDER } from './create.ts';
import { setDefaultView } from './default.ts';
import { viewState } from './events.ts';
import { viewById } from './queries.ts';
import type { ViewUpdateInput, ViewUpdatePayload } from './input.ts';
import { lockView, limitViews } from './lock.ts';
import { sharingDepartmentId } from './share.ts';
import { toStoredJson, refuseUnstorableFilter } from '../../model/saved-filter/stored.ts';
import { type View, ViewSharing } from './view.ts';

const LASTING = ['name', 'sharing', 'filter'] as const;
const CONTENT = [...LASTING, 'departmentId', 'orderBy', 'columns', 'groupBy'] as const;

export async function updateView(ctx: Context, input: ViewUpdateInput): Promise<ViewUpdatePayload> {
  for (const field of LASTING) if (input[field] === null) throw new Refusal('REQUIRED', field);
  const isChanged = CONTENT.some((field) => input[field] !== undefined);
  const view = isChanged ? await lockView(ctx, input.id) : await viewById(ctx, input.id);
  if (!view) throw new Refusal('NOT_FOUND', 'id');
  refuseStaleVersion(view, input.expectedVersion);
  const facts = isChanged ? await changed(ctx, view, input) : [];
  await appendEvents(ctx, [...facts, ...(await setDefaultView(ctx, view, input.isDefault))]);
  return { view, userErrors: [] };
}

async function changed(ctx: Context, view: View, input: ViewUpdateInput): Promise<NewEvent[]> {
  refuseUnstorableFilter(ctx, input.filter, input.orderBy);
  await refuseUnknownColumns(ctx, input);
  const before = viewState(view);
  await share(ctx, view, input);
  view.name = input.name ?? view.name;
  if (input.filter) view.filter = toStoredJson(input.filter);
  if (input.orderBy !== undefined)
    view.orderBy = toStoredJson(input.orderBy?.length ? input.orderBy : DEFAULT_VIEW_ORDER);
  if (input.columns !== undefined) view.columns = input.columns ?? DEFAULT_VIEW_COLUMNS;
  if (input.groupBy !== undefined) view.groupBy = input.groupBy;
  const after = viewState(view);
  const changes = changesOf(before, after);
  if (!changes) return [];
  touch(view);
  return [{ type: 'view.updated', subject: view, data: { state: after, changes } }];
}

/** Who makes a view his own again must be its owner. */
async function share(
  ctx: Context,
  view: View,
  { sharing = view.sharing, departmentId }: ViewUpdateInput,
): Promise<void> {
  if (
    sharing === view.sharing &&
    (departmentId === undefined || departmentId === view.departmentId)
  )
    return;
  const to = sharing ?? view.sharing;
  if (to === ViewSharing.PRIVATE && view.ownerId !== ctx.actor.id)
    throw new Refusal('FORBIDDEN', 'sharing');
  const kept =
    to === ViewSharing.DEPARTMENT && departmentId === undefined ? view.departmentId : departmentId;
  view.departmentId = await sharingDepartmentId(ctx, to, kept);
  if ((to === ViewSharing.PRIVATE) !== (view.sharing === ViewSharing.PRIVATE))
    await limitViews(ctx, to);
  view.sharing = to;
}
