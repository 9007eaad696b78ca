import { LockMode } from '@mikro-orm/postgresql';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { CannedResponse } from './canned-response.ts';
import {
  refuseChangeForAllDepartments,
  isInDepartmentScope,
} from '../../staff/department/scope.ts';

/** The stored answer to change. */
export async function locked(ctx: Context, id: string): Promise<CannedResponse> {
  const canned = await ctx.em.findOne(
    CannedResponse,
    { id },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  if (!canned || !isInDepartmentScope(ctx.actor, canned)) throw new Refusal('NOT_FOUND', 'id');
  refuseChangeForAllDepartments(ctx, canned);
  return canned;
}

export async function refuseTaken(ctx: Context, shortcut: string): Promise<void> {
  if (await ctx.em.count(CannedResponse, { shortcut })) throw new Refusal('TAKEN', 'shortcut');
}
