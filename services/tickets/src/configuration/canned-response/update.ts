import { changesOf, touch } from '@deskgraph/common/core/changes';
import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { record } from '@deskgraph/common/events/log';
import { expectVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { refuseTemplates } from './create.ts';
import { cannedResponseState } from './events.ts';
import type { CannedResponseUpdateInput, CannedResponseUpdatePayload } from './input.ts';
import { locked, refuseTaken } from './lock.ts';
import { requireScopeDepartmentId } from '../../staff/department/scope.ts';

export async function updateCannedResponse(
  ctx: Context,
  input: CannedResponseUpdateInput,
): Promise<CannedResponseUpdatePayload> {
  for (const field of ['title', 'body'] as const)
    if (input[field] === null) throw new Refusal('REQUIRED', field);
  const canned = await locked(ctx, input.id);
  expectVersion(canned, input.expectedVersion);
  refuseTemplates(input);
  const before = cannedResponseState(canned);
  if (input.departmentId !== undefined && input.departmentId !== canned.departmentId)
    canned.departmentId = await requireScopeDepartmentId(ctx, input.departmentId);
  if (input.shortcut && input.shortcut !== canned.shortcut) {
    await sql`select pg_advisory_xact_lock(hashtext(${`canned responses ${ctx.workspace}`}))`.execute(
      ctx.em.getKysely(),
    );
    await refuseTaken(ctx, input.shortcut);
  }
  if (input.shortcut !== undefined) canned.shortcut = input.shortcut;
  canned.title = input.title ?? canned.title;
  canned.text = input.body ?? canned.text;
  if (input.bodies !== undefined) canned.bodies = input.bodies ?? {};
  const after = cannedResponseState(canned);
  const changes = changesOf(before, after);
  if (!changes) return { cannedResponse: canned, userErrors: [] };
  touch(canned);
  await record(ctx, 'canned_response.updated', canned, { state: after, changes });
  return { cannedResponse: canned, userErrors: [] };
}
