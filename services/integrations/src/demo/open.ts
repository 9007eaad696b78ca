import { concurrently } from '../concurrent.ts';
import { type Graph, userErrorText } from '../graph.ts';
import { Agents, Departments } from '../staff.ts';
import { shopAdmin, shopCustomers, shopDepartments, shopOrganizations, shopStaff } from './shop.ts';

/** Ids by the keys of `shop.ts`. */
export interface Shop {
  departments: Map<string, string>;
  agents: Map<string, string>;
  customers: Map<string, string>;
}

const WIDTH = 6;

/** Creates departments, staff, organizations and customers unless they exist. */
export async function openShop(asAdmin: Graph, asApp: Graph): Promise<Shop> {
  const shop: Shop = { departments: new Map(), agents: new Map(), customers: new Map() };
  const buyers = async (): Promise<void> => {
    await concurrently(Object.entries(shopOrganizations), WIDTH, ([key, each]) =>
      enterOrganization(asApp, key, each),
    );
    await concurrently(
      Object.entries(shopCustomers),
      WIDTH,
      async ([key, each]) => void shop.customers.set(key, await enterCustomer(asApp, key, each)),
    );
  };
  await Promise.all([employ(asAdmin, shop), buyers()]);
  return shop;
}

async function employ(asAdmin: Graph, shop: Shop): Promise<void> {
  const known = await Departments.of(asAdmin);
  await concurrently(
    Object.entries(shopDepartments),
    WIDTH,
    async ([key, name]) => void shop.departments.set(key, await known.ensure(name)),
  );
  const agents = await Agents.of(asAdmin);
  shop.agents.set('admin', agents.id(shopAdmin.email)!);
  await concurrently(
    Object.entries(shopStaff),
    WIDTH,
    async ([key, { departments: keys, ...person }]) => {
      const departmentIds = keys.map((each) => shop.departments.get(each)!);
      shop.agents.set(key, await agents.ensure({ ...person, departmentIds }));
    },
  );
}

async function enterOrganization(
  asApp: Graph,
  key: string,
  { domain, ...given }: (typeof shopOrganizations)[string],
): Promise<void> {
  const { organization } = await asApp.ask<{ organization: object | null }>(
    'query ($key: String!) { organization(externalId: $key) { id } }',
    { key },
  );
  if (organization) return;
  const made = await asApp.change<{ organization: object | null }>(
    'organizationCreate',
    { ...given, domains: [domain], externalId: key },
    'organization { id }',
  );
  if (!made.organization)
    throw new Error(
      `The organization ${given.name} cannot be created. ${userErrorText(made.userErrors)}`,
    );
}

async function enterCustomer(
  asApp: Graph,
  key: string,
  { name, locale, email, phone, handle }: (typeof shopCustomers)[string],
): Promise<string> {
  const identities = Object.entries({ EMAIL: email, PHONE: phone, HANDLE: handle }).flatMap(
    ([kind, value]) => (value ? [{ kind, value }] : []),
  );
  const input = { externalId: key, onCreate: { name, locale, identities }, onUpdate: {} };
  const { customer, userErrors } = await asApp.change<{ customer: { id: string } | null }>(
    'customerUpsert',
    input,
    'customer { id }',
  );
  if (!customer)
    throw new Error(`The customer ${name} cannot be created. ${userErrorText(userErrors)}`);
  return customer.id;
}
