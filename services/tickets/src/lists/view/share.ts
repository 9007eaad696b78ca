import { Role, hasRole } from '@deskgraph/common/auth/access';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { requireDepartmentId } from '../../staff/references.ts';
import { ViewSharing } from './view.ts';
import { canShareViews } from './sharing.ts';

/** The department that a view is shared with, null for other views; refused where the caller may not share so. */
export async function sharingDepartmentId(
  ctx: Context,
  sharing: ViewSharing,
  departmentId: string | null | undefined,
): Promise<string | null> {
  if (sharing !== ViewSharing.PRIVATE && !canShareViews(ctx.actor))
    throw new Refusal('FORBIDDEN', 'sharing');
  if (sharing !== ViewSharing.DEPARTMENT) {
    if (typeof departmentId === 'string') throw new Refusal('INVALID', 'departmentId');
    return null;
  }
  if (typeof departmentId !== 'string') throw new Refusal('REQUIRED', 'departmentId');
  const known = await requireDepartmentId(ctx, departmentId, 'departmentId');
  if (
    ctx.actor.kind === 'agent' &&
    !hasRole(ctx.actor, Role.ADMIN) &&
    !ctx.actor.departments.includes(known)
  )
    throw new Refusal('FORBIDDEN', 'departmentId');
  return known;
}
