import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { Context } from '@deskgraph/common/database/context';
import { TextArrayType, sql } from '@deskgraph/common/database/database';
import { entities } from '@deskgraph/common/database/query';

/** The tenant: the helpdesk of one company and its settings. */
@Entity()
export class Workspace {
  @PrimaryKey({ type: 'uuid' }) id!: string;
  @Property({ type: 'text' }) name!: string;
  @Property({ type: 'boolean' }) onHoldEnabled = false;
  /** ISO 8601 duration in SOLVED after which the system closes a ticket. */
  @Property({ type: 'text' }) closeAfter = 'P28D';
  /** Seconds for which a reply of an agent waits before it is sent. */
  @Property({ type: 'integer' }) undoSendSeconds = 0;
  /** IANA time zone in which the days of the workspace begin. */
  @Property({ type: 'text' }) timeZone = 'UTC';
  /** Language tags; the first is the default. */
  @Property({ type: TextArrayType }) locales: string[] = ['en'];
  @Property({ type: 'integer' }) version = 1;
}

/** The workspace of the caller. */
export async function currentWorkspace(ctx: Context): Promise<Workspace> {
  const workspace = await ctx.load.byId('workspace', ctx.workspace, (workspaceIds) =>
    entities(ctx, Workspace, sql`select * from workspace where id = any(${workspaceIds}::uuid[])`),
  );
  if (!workspace) throw new Error(`There is no workspace ${ctx.workspace}.`);
  return workspace;
}
