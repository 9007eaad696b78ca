import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { Context } from '@deskgraph/common/transaction';

/** The tenant: one company's desk, and what its administrator has set. */
@Entity()
export class Workspace {
  @PrimaryKey({ type: 'uuid' }) id!: string;
  @Property({ type: 'text' }) name!: string;
  @Property({ type: 'boolean' }) onHoldEnabled = false;
  /** ISO 8601 duration in SOLVED after which the system closes. */
  @Property({ type: 'text' }) closeAfter = 'P28D';
  @Property({ type: 'integer' }) version = 1;
}

export const workspaceOf = async (ctx: Context): Promise<Workspace> => (await ctx.read()).findOneOrFail(Workspace, { id: ctx.workspace });
