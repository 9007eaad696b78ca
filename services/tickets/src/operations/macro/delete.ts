import { record } from '@deskgraph/common/events/log';
import { expectVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { stateOf } from './events.ts';
import type { MacroDeleteInput, MacroDeletePayload } from './input.ts';
import { locked } from './lock.ts';

export async function remove(ctx: Context, input: MacroDeleteInput): Promise<MacroDeletePayload> {
  const macro = await locked(ctx, input.id);
  expectVersion(macro, input.expectedVersion);
  const subject = { id: macro.id, version: macro.version + 1 };
  ctx.em.remove(macro);
  await record(ctx, 'macro.deleted', subject, { state: stateOf(macro) });
  return { deletedId: subject.id, userErrors: [] };
}
