import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { record } from '@deskgraph/common/events/log';
import { newId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { CannedResponse } from './canned-response.ts';
import { cannedResponseState } from './events.ts';
import type { CannedResponseCreateInput, CannedResponseCreatePayload } from './input.ts';
import { refuseTaken } from './lock.ts';
import { refuseInvalidTemplate } from './template.ts';
import { requireScopeDepartmentId } from '../../staff/department/scope.ts';

/** So many has a workspace at most. */
const MOST = 1_000;

export async function createCannedResponse(
  ctx: Context,
  input: CannedResponseCreateInput,
): Promise<CannedResponseCreatePayload> {
  refuseTemplates(input);
  const departmentId = await requireScopeDepartmentId(ctx, input.departmentId);
  // One after the other, so that many at once neither get past the limit nor take the same shortcut.
  await sql`select pg_advisory_xact_lock(hashtext(${`canned responses ${ctx.workspace}`}))`.execute(
    ctx.em.getKysely(),
  );
  if ((await ctx.em.count(CannedResponse)) >= MOST) throw new Refusal('LIMIT_REACHED', 'title');
  if (input.shortcut) await refuseTaken(ctx, input.shortcut);
  const canned = ctx.em.create(CannedResponse, {
    id: newId('can'),
    workspaceId: ctx.workspace,
    title: input.title,
    shortcut: input.shortcut ?? null,
    text: input.body,
    bodies: input.bodies ?? {},
    departmentId,
  });
  await record(ctx, 'canned_response.created', canned, { state: cannedResponseState(canned) });
  return { cannedResponse: canned, userErrors: [] };
}

export function refuseTemplates({
  body,
  bodies,
}: {
  body?: string | null;
  bodies?: Record<string, string> | null;
}): void {
  if (body) refuseInvalidTemplate(body, ['input', 'body']);
  for (const [locale, template] of Object.entries(bodies ?? {}))
    refuseInvalidTemplate(template, ['input', 'bodies', locale]);
}
