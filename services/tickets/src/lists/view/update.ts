import { changesOf, touch } from '@deskgraph/common/core/changes';
import { Refusal } from '@deskgraph/common/core/errors';
import { type NewFact, recordAll } from '@deskgraph/common/events/log';
import { expectVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { COLUMNS, refuseUnknown } from './columns.ts';
import { QUEUE } from './create.ts';
import { choose } from './default.ts';
import { stateOf } from './events.ts';
import { byId } from './find.ts';
import type { ViewUpdateInput, ViewUpdatePayload } from './input.ts';
import { locked, refuseTooMany } from './lock.ts';
import { sharedWith } from './share.ts';
import { kept, refuseUnkeepable } from '../../model/saved-filter/stored.ts';
import { type View, ViewSharing } from './view.ts';

const LASTING = ['name', 'sharing', 'filter'] as const;
const CONTENT = [...LASTING, 'departmentId', 'orderBy', 'columns', 'groupBy'] as const;

export async function update(ctx: Context, input: ViewUpdateInput): Promise<ViewUpdatePayload> {
  for (const field of LASTING) if (input[field] === null) throw new Refusal('REQUIRED', field);
  const isChanged = CONTENT.some((field) => input[field] !== undefined);
  const view = isChanged ? await locked(ctx, input.id) : await byId(ctx, input.id);
  if (!view) throw new Refusal('NOT_FOUND', 'id');
  expectVersion(view, input.expectedVersion);
  const facts = isChanged ? await changed(ctx, view, input) : [];
  await recordAll(ctx, [...facts, ...(await choose(ctx, view, input.isDefault))]);
  return { view, userErrors: [] };
}

async function changed(ctx: Context, view: View, input: ViewUpdateInput): Promise<NewFact[]> {
  refuseUnkeepable(ctx, input.filter, input.orderBy);
  await refuseUnknown(ctx, input);
  const before = stateOf(view);
  await share(ctx, view, input);
  view.name = input.name ?? view.name;
  if (input.filter) view.filter = kept(input.filter);
  if (input.orderBy !== undefined)
    view.orderBy = kept(input.orderBy?.length ? input.orderBy : QUEUE);
  if (input.columns !== undefined) view.columns = input.columns ?? COLUMNS;
  if (input.groupBy !== undefined) view.groupBy = input.groupBy;
  const after = stateOf(view);
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
  view.departmentId = await sharedWith(ctx, to, kept);
  if ((to === ViewSharing.PRIVATE) !== (view.sharing === ViewSharing.PRIVATE))
    await refuseTooMany(ctx, to);
  view.sharing = to;
}
