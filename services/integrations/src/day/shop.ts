import { Departments } from '../staff.ts';
import type { Player, Who } from './people.ts';

/** What the day is played with. */
export interface Desk {
  people: Record<Who, Player>;
  departments: { products: string; accounts: string; delivery: string };
}

const NAMES = { products: 'Products and repairs', accounts: 'Accounts and invoices', delivery: 'Delivery' };

/** The departments of the day with those who work in them; what is there already stays. */
export async function furnish(people: Record<Who, Player>): Promise<Desk> {
  const known = await Departments.of(people.admin);
  const ids = await Promise.all(Object.entries(NAMES).map(async ([key, name]) => [key, await known.ensure(name)] as const));
  const departments = Object.fromEntries(ids) as Desk['departments'];
  return { people, departments };
}
