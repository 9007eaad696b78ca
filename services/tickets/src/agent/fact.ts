import type { Changes } from '../ticket/fact.ts';
import type { Agent } from './agent.ts';

/** The agent as every fact about him carries it. */
export const stateOf = ({ name, email, role, accessRoleId, locale, active }: Agent, departmentIds: readonly string[]) => ({
  name,
  email,
  role,
  accessRoleId,
  locale,
  active,
  departmentIds,
});

type State = ReturnType<typeof stateOf>;

/** What differs between two states; undefined when nothing does. */
export function changesOf(before: State, after: State): Changes | undefined {
  const changed = (Object.keys(after) as (keyof State)[]).filter((field) => !same(before[field], after[field]));
  return changed.length ? Object.fromEntries(changed.map((field) => [field, [before[field], after[field]]])) : undefined;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
