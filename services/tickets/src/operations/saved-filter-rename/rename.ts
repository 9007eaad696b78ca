import { changesOf, touch } from '@deskgraph/common/core/changes';
import { sql } from '@deskgraph/common/database/database';
import type { NewEvent } from '@deskgraph/common/events/log';
import { normalizeTag } from '@deskgraph/common/filter/sql-filter';
import type { Context } from '@deskgraph/common/database/context';
import { AccessRole, accessRoleState } from '../../staff/access/access-role.ts';
import { escalationPathState } from '../../ticketing/escalation/events.ts';
import { EscalationPath } from '../../ticketing/escalation/path.ts';
import { TicketForm, formState } from '../../configuration/form/form.ts';
import { macroState } from '../macro/events.ts';
import { Macro } from '../macro/macro.ts';
import { viewState } from '../../lists/view/events.ts';
import { View } from '../../lists/view/view.ts';

interface Keeper {
  id: string;
  version: number;
  updatedAt: Date;
}

/** Where labels are kept by their names. */
interface Place {
  Thing: new () => Keeper;
  table: string;
  column: string;
  event: string;
  stateOf: (thing: never) => object;
}
const PLACES: Place[] = [
  {
    Thing: View,
    table: 'ticket_view',
    column: 'filter',
    event: 'view.updated',
    stateOf: viewState,
  },
  {
    Thing: AccessRole,
    table: 'access_role',
    column: 'filter',
    event: 'access_role.updated',
    stateOf: accessRoleState,
  },
  {
    Thing: EscalationPath,
    table: 'escalation_path',
    column: 'filter',
    event: 'escalation_path.updated',
    stateOf: escalationPathState,
  },
  {
    Thing: TicketForm,
    table: 'ticket_form',
    column: 'fields',
    event: 'form.updated',
    stateOf: formState,
  },
  { Thing: Macro, table: 'macro', column: 'actions', event: 'macro.updated', stateOf: macroState },
];

/** Kept filters, conditions and actions go on naming a label when it gets a new name. Returns what is to be recorded of each. */
export async function renameKept(ctx: Context, from: string, to: string): Promise<NewEvent[]> {
  const facts: NewEvent[] = [];
  for (const each of PLACES) facts.push(...(await renameIn(ctx, each, from, to)));
  return facts;
}

async function renameIn(
  ctx: Context,
  { Thing, table, column, event, stateOf }: Place,
  from: string,
  to: string,
): Promise<NewEvent[]> {
  const { rows } = await sql<object>`
    select * from ${sql.table(table)} where workspace_id = ${ctx.workspace}::uuid
      and jsonb_path_exists(${sql.ref(column)}, '$.** ? (exists(@.tag) || exists(@.addTags) || exists(@.removeTags))')
    order by id for update`.execute(ctx.em.getKysely());
  return rows.flatMap((row) => {
    const thing = ctx.em.map(Thing, row as never) as Keeper & Record<string, unknown>;
    const before = stateOf(thing as never);
    thing[column] = renamed(thing[column], from, to);
    const state = stateOf(thing as never);
    const changes = changesOf(before, state);
    if (!changes) return [];
    touch(thing);
    return [{ type: event, subject: thing, data: { state, changes } }];
  });
}

/** `tag` of a filter holds lists of names, an action is one. */
function renamed(json: unknown, from: string, to: string): unknown {
  const inList = (names: unknown): unknown =>
    Array.isArray(names)
      ? [...new Set(names.map((name: string) => (normalizeTag(name) === from ? to : name)))]
      : names;
  if (Array.isArray(json)) return json.map((each) => renamed(each, from, to));
  if (json === null || typeof json !== 'object') return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, value]: [string, unknown]) => {
      if (key === 'addTags' || key === 'removeTags') return [key, inList(value)];
      if (key === 'tag' && value)
        return [
          key,
          Object.fromEntries(Object.entries(value).map(([kind, names]) => [kind, inList(names)])),
        ];
      return [key, renamed(value, from, to)];
    }),
  );
}
