import { LockMode } from '@mikro-orm/postgresql';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import {
  refuseChangeForAllDepartments,
  isInDepartmentScope,
} from '../../staff/department/scope.ts';
import { Macro } from './macro.ts';

/** The macro to change. */
export async function lockMacro(ctx: Context, id: string): Promise<Macro> {
  const macro = await ctx.em.findOne(Macro, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!macro || !isInDepartmentScope(ctx.actor, macro)) throw new Refusal('NOT_FOUND', 'id');
  refuseChangeForAllDepartments(ctx, macro);
  return macro;
}
