import { touch } from '@deskgraph/common/core/changes';
import { Refusal } from '@deskgraph/common/core/errors';
import { record } from '@deskgraph/common/events/log';
import { expectVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import type { Changes } from '../../model/ticket/events.ts';
import { customStatusState } from './events.ts';
import type { CustomStatusUpdateInput, CustomStatusUpdatePayload } from './input.ts';
import { locked, refuseTaken } from './lock.ts';

const FIELDS = ['label', 'requesterLabel'] as const;

/** Gives it other names; tickets that stand in it, and what was told of it, read them from now on. */
export async function updateCustomStatus(
  ctx: Context,
  input: CustomStatusUpdateInput,
): Promise<CustomStatusUpdatePayload> {
  for (const field of FIELDS) if (input[field] === null) throw new Refusal('REQUIRED', field);
  const customStatus = await locked(ctx, input.id);
  expectVersion(customStatus, input.expectedVersion);
  if (input.label) await refuseTaken(ctx, input.label, customStatus.id);
  const changes: Changes = {};
  for (const field of FIELDS) {
    const value = input[field] ?? customStatus[field];
    if (value === customStatus[field]) continue;
    changes[field] = [customStatus[field], value];
    customStatus[field] = value;
  }
  if (!Object.keys(changes).length) return { customStatus, userErrors: [] };
  touch(customStatus);
  await record(ctx, 'custom_status.updated', customStatus, {
    state: customStatusState(customStatus),
    changes,
  });
  return { customStatus, userErrors: [] };
}
