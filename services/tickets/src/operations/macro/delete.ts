import { appendEvent } from '@deskgraph/common/events/log';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { macroState } from './events.ts';
import type { MacroDeleteInput, MacroDeletePayload } from './input.ts';
import { lockMacro } from './lock.ts';

export async function deleteMacro(
  ctx: Context,
  input: MacroDeleteInput,
): Promise<MacroDeletePayload> {
  const macro = await lockMacro(ctx, input.id);
  refuseStaleVersion(macro, input.expectedVersion);
  const subject = { id: macro.id, version: macro.version + 1 };
  ctx.em.remove(macro);
  await appendEvent(ctx, 'macro.deleted', subject, { state: macroState(macro) });
  return { deletedId: subject.id, userErrors: [] };
}
