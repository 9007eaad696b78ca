import { sql } from '@deskgraph/common/database/database';
import { type Owned, pageOf } from '@deskgraph/common/database/nested-connection';
import { Direction, type Page, type PageRequest } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { Agent } from './agent.ts';

const TEAM: Owned<Agent> = {
  Thing: Agent,
  name: 'agents of departments',
  prefix: 'dep',
  columns: sql`a.*`,
  from: sql`agent_department d join agent a on a.id = d.agent_id`,
  of: sql`d.department_id = owner.id`,
  where: sql`true`,
  order: [
    { by: sql`lower(a.name)`, type: 'text', direction: Direction.ASC },
    { by: sql`a.id`, type: 'uuid', direction: Direction.ASC },
  ],
};

/** The team of a department, by name. */
export const findAgentsOfDepartment = (
  ctx: Context,
  departmentId: string,
  query: PageRequest,
): Promise<Page<Agent>> => pageOf(ctx, TEAM, departmentId, query);
