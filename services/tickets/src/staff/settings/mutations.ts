import { isDeepStrictEqual } from 'node:util';
import { Refusal } from '@deskgraph/common/core/errors';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { appendEvent } from '@deskgraph/common/events/log';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import { durationToMs } from '@deskgraph/common/graphql/scalars';
import { LockMode } from '@mikro-orm/postgresql';
import type { Changes } from '@deskgraph/common/contract/ticket-events';
import { Workspace } from '../../model/workspace/workspace.ts';
import type { SettingsUpdateInput, SettingsUpdatePayload } from './input.ts';
import { rescheduleClosing } from './reschedule-closing.ts';

const MIN_CLOSE_AFTER_MS = 3_600_000;
const MAX_CLOSE_AFTER_MS = 365 * 24 * 3_600_000;

const FIELDS = [
  'name',
  'onHoldEnabled',
  'closeAfter',
  'undoSendSeconds',
  'timeZone',
  'locales',
] as const;

export async function updateSettings(
  ctx: Context,
  input: SettingsUpdateInput,
): Promise<SettingsUpdatePayload> {
  const workspace = await ctx.em.findOneOrFail(
    Workspace,
    { id: ctx.workspace },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  refuseStaleVersion(workspace, input.expectedVersion);
  refuseInvalidCloseAfter(input.closeAfter);
  if (input.onHoldEnabled === false && workspace.onHoldEnabled) await refuseOnHoldTickets(ctx);
  const changes: Changes = {};
  for (const field of FIELDS) {
    const value = input[field];
    if (value === undefined || isDeepStrictEqual(value, workspace[field])) continue;
    if (value === null) throw new Refusal('REQUIRED', field);
    changes[field] = [workspace[field], value];
    Object.assign(workspace, { [field]: value });
  }
  if (changes['closeAfter']) await rescheduleClosing(ctx, workspace.closeAfter);
  if (Object.keys(changes).length) {
    workspace.version += 1;
    const subject = { id: toId('wsp', workspace.id), version: workspace.version };
    await appendEvent(ctx, 'settings.updated', subject, { changes });
  }
  return { settings: workspace, userErrors: [] };
}

function refuseInvalidCloseAfter(closeAfter: string | null | undefined): void {
  if (!closeAfter) return;
  const closeAfterMs = durationToMs(closeAfter)!;
  if (closeAfterMs < MIN_CLOSE_AFTER_MS || closeAfterMs > MAX_CLOSE_AFTER_MS)
    throw new Refusal('INVALID', 'closeAfter');
}

async function refuseOnHoldTickets(ctx: Context): Promise<void> {
  const tickets = await execute(
    ctx,
    sql`
      select from ticket
      where workspace_id = ${ctx.workspace}::uuid and status = 'ON_HOLD' limit 1`,
  );
  if (tickets.length) throw new Refusal('IN_USE', 'onHoldEnabled');
}
