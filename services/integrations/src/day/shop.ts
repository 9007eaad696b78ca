import { userErrorText } from '../graph.ts';
import { Departments } from '../staff.ts';
import type { Player, Who } from './people.ts';

/** The configuration that the script uses. */
export interface Desk {
  people: Record<Who, Player>;
  departments: { products: string; accounts: string; delivery: string };
  /** A custom status based on PENDING. */
  waitsForPhoto: string;
}

const NAMES = {
  products: 'Products and repairs',
  accounts: 'Accounts and invoices',
  delivery: 'Delivery',
};

const STATUS = {
  base: 'PENDING',
  label: 'Waits for a photo',
  requesterLabel: 'We wait for your photo',
};

/** Creates the departments and the status unless they exist. */
export async function createShopConfiguration(people: Record<Who, Player>): Promise<Desk> {
  const known = await Departments.of(people.admin);
  const ids = await Promise.all(
    Object.entries(NAMES).map(async ([key, name]) => [key, await known.ensure(name)] as const),
  );
  const departments = Object.fromEntries(ids) as Desk['departments'];
  return { people, departments, waitsForPhoto: await statusOf(people.admin) };
}

async function statusOf(admin: Player): Promise<string> {
  const { customStatuses } = await admin.ask<{ customStatuses: { id: string; label: string }[] }>(
    '{ customStatuses { id label } }',
  );
  const known = customStatuses.find(({ label }) => label === STATUS.label);
  if (known) return known.id;
  const made = await admin.change<{ customStatus: { id: string } | null }>(
    'customStatusCreate',
    STATUS,
    'customStatus { id }',
  );
  if (!made.customStatus)
    throw new Error(
      `The status ${STATUS.label} cannot be created. ${userErrorText(made.userErrors)}`,
    );
  return made.customStatus.id;
}
