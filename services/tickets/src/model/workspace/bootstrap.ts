import 'reflect-metadata';
import { newId, newUuid, toId, uuidOf } from '@deskgraph/common/core/id';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { bootstrapUrl } from '../../config.ts';

/**
 * Creates a workspace and its first administrator, who invites the other agents. Prints the id of
 * the workspace.
 */
const { values } = parseArgs({
  options: { name: { type: 'string' }, email: { type: 'string' }, admin: { type: 'string' } },
});
if (!values.name || !values.email)
  throw new Error('Usage: --name "Company" --email admin@company.example [--admin "Name"]');

const workspace = newUuid();
const client = new Client({ connectionString: bootstrapUrl() });
await client.connect();
try {
  await client.query('begin');
  await client.query(`select set_config('desk.workspace', $1, true)`, [workspace]);
  await client.query('insert into workspace (id, name) values ($1, $2)', [workspace, values.name]);
  const agent = newId('agt');
  const name = values.admin ?? values.email;
  await client.query(
    `insert into agent (
       id, workspace_id, email, name, role, active, version, created_at, updated_at)
     values ($1, $2, lower($3), $4, 'ADMIN', true, 1, now(), now())`,
    [uuidOf('agt', agent), workspace, values.email, name],
  );
  const state = {
    name,
    email: values.email.toLowerCase(),
    role: 'ADMIN',
    active: true,
    departmentIds: [],
  };
  await client.query(
    `insert into outbox (event_id, workspace_id, type, subject, version, actor, at, data)
     values ($1, $2, 'agent.invited', $3, 1, $4, now(), $5)`,
    [newUuid(), workspace, agent, { kind: 'system', id: 'sys', name: 'System' }, { state }],
  );
  await client.query('commit');
} finally {
  await client.end();
}
process.stdout.write(`${JSON.stringify({ workspace: toId('wsp', workspace) })}\n`);
