import { Migration } from '@mikro-orm/migrations';
import { rowSecurity } from '@deskgraph/common/database/database';

/** Finer rights than those of a role, and who of the staff has them. */
export class Access extends Migration {
  override up(): void {
    this.addSql(`
      create table access_role (
        id uuid primary key, workspace_id uuid not null references workspace, name text not null, base text not null, scopes text[] not null,
        filter jsonb, version integer not null, created_at timestamptz(3) not null, updated_at timestamptz(3) not null
      );
      create index access_role_workspace on access_role (workspace_id);
      alter table agent add column access_role_id uuid references access_role;
      create index agent_access_role on agent (access_role_id) where access_role_id is not null;
      ${rowSecurity('access_role')}
    `);
  }
}
