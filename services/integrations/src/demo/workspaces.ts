import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SCOPES } from '@deskgraph/common/auth/access';
import { newId } from '@deskgraph/common/core/id';
import { ROOT } from '@deskgraph/launcher/config';
import { writePrivateJson } from '@deskgraph/launcher/secret';
import {
  type Person,
  shopAdmin,
  shopCustomers,
  otherAdmin,
  otherCompany,
  shop,
  shopStaff,
} from './shop.ts';

interface Demo {
  workspaces: { shop: string; other: string };
  people: Record<string, Person & { workspace: string }>;
  app: { id: string; name: string; scopes: readonly string[]; workspace: string };
}

/** Creates the two workspaces with their administrators unless they exist, and writes the list of demo users. */
export async function createWorkspaces(file: string, databaseUrl: string): Promise<void> {
  if (
    existsSync(file) &&
    (JSON.parse(readFileSync(file, 'utf8')) as Partial<Demo>).workspaces?.shop
  )
    return;
  const [mine, other] = await Promise.all([
    bootstrap(databaseUrl, shop, shopAdmin),
    bootstrap(databaseUrl, otherCompany, otherAdmin),
  ]);
  const buyers = Object.entries(shopCustomers).filter(([key]) => key.startsWith('customer'));
  const here = Object.entries({
    admin: shopAdmin,
    ...shopStaff,
    ...Object.fromEntries(buyers),
  } as Record<string, Person>);
  const demo: Demo = {
    workspaces: { shop: mine, other },
    people: {
      ...Object.fromEntries(
        here.map(([key, { email, name }]) => [key, { email, name, workspace: 'shop' }]),
      ),
      otherAdmin: { ...otherAdmin, workspace: 'other' },
    },
    app: { id: newId('app'), name: 'Shop connector', scopes: SCOPES, workspace: 'shop' },
  };
  writePrivateJson(file, demo);
}

/** Runs the bootstrap command of the tickets service, as an operator does. */
async function bootstrap(databaseUrl: string, name: string, first: Person): Promise<string> {
  const folder = join(ROOT, 'services/tickets');
  const flags = [
    '--conditions=source',
    '--import',
    '@deskgraph/common/source',
    join(folder, 'src/model/workspace/bootstrap.ts'),
  ];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...flags, '--name', name, '--email', first.email, '--admin', first.name],
    { cwd: folder, env: { DATABASE_URL: databaseUrl } },
  );
  return (JSON.parse(stdout) as { workspace: string }).workspace;
}
