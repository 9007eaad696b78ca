import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { TextArrayType, hydrate, sql } from '@deskgraph/common/database/database';
import type { Context } from '@deskgraph/common/database/context';

/** The tenant: one company's desk, and what its administrator has set. */
@Entity()
export class Workspace {
  @PrimaryKey({ type: 'uuid' }) id!: string;
  @Property({ type: 'text' }) name!: string;
  @Property({ type: 'boolean' }) onHoldEnabled = false;
  /** ISO 8601 duration in SOLVED after which the system closes. */
  @Property({ type: 'text' }) closeAfter = 'P28D';
  /** How long a reply of an agent waits before it is sent. */
  @Property({ type: 'integer' }) undoSendSeconds = 0;
  /** IANA zone in which its days begin. */
  @Property({ type: 'text' }) timeZone = 'UTC';
  /** Language tags; the first is the default. */
  @Property({ type: TextArrayType }) locales: string[] = ['en'];
  @Property({ type: 'integer' }) version = 1;
}

export async function currentWorkspace(ctx: Context): Promise<Workspace> {
  const workspace = await ctx.load.byId('workspace', ctx.workspace, (ids) =>
    findWorkspaces(ctx, ids),
  );
  if (!workspace) throw new Error(`There is no workspace ${ctx.workspace}.`);
  return workspace;
}

async function findWorkspaces(ctx: Context, ids: readonly string[]): Promise<Workspace[]> {
  const em = await ctx.read();
  const { rows } = await sql`select * from workspace where id = any(${ids}::uuid[])`.execute(
    em.getKysely(),
  );
  return hydrate(ctx.orm, Workspace, rows);
}
