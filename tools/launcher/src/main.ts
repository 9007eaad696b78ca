// npm start: runs the whole platform on this machine. Ctrl-C stops it.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  type ChildProgram,
  type SupervisedProcess,
  closeLogFiles,
  killChildren,
  runScript,
  stopScripts,
  supervise,
} from './child.ts';
import { ROOT, isStartedByNpm, readLaunchConfig } from './config.ts';
import { openPlatformDatabase } from './database.ts';
import { signDemoTokens } from './demo.ts';
import {
  DESK_FILE,
  type Environment,
  type PlatformSetup,
  gatewayEnvironment,
  migrationEnvironment,
  seedEnvironment,
  serviceEnvironment,
  serviceUrl,
} from './environment.ts';
import { type Issuer, openIssuer } from './issuer.ts';
import { printProgress } from './print.ts';
import { openSecrets, writePrivateJson } from './secret.ts';
import { type ServicePackage, assertPortsFree, readPackages } from './services.ts';

const config = readLaunchConfig();
const dataPath = (...names: string[]): string => join(config.DATA_DIR, ...names);
const deskFile = dataPath(DESK_FILE);
const demoFile = dataPath('demo.json');
/** Exists from the creation of the databases until the demo data is loaded. */
const seedPendingFile = dataPath('empty');
/** Stops everything in reverse order of its start. */
const cleanup = new AsyncDisposableStack();
cleanup.defer(closeLogFiles);

async function start(): Promise<void> {
  const packages = await readPackages(ROOT, config.PORT);
  await assertPortsFree([packages.gateway, ...packages.services]);
  mkdirSync(config.DATA_DIR, { recursive: true });
  const secrets = openSecrets(dataPath('secrets.json'), config.DATABASE_APP_PASSWORD);

  const openingDatabase = openPlatformDatabase(config, secrets, packages);
  const openedDatabase = openingDatabase.catch(() => undefined);
  cleanup.defer(async () => (await openedDatabase)?.stop());
  const issuer = await openIssuer(dataPath('issuer.json'));
  const platform: PlatformSetup = { config, packages, secrets, jwks: issuer.jwks };

  const services: SupervisedProcess[] = [];
  cleanup.defer(async () => void (await Promise.all(services.map((service) => service.stop()))));
  const gateway = startService(packages.gateway, gatewayEnvironment(platform));
  cleanup.defer(() => gateway.stop());

  const { url: ownerUrl, isNew } = await openingDatabase;
  if (cleanup.disposed) return;
  rmSync(deskFile, { force: true });
  if (isNew) {
    rmSync(demoFile, { force: true });
    writeFileSync(seedPendingFile, '');
  }
  printProgress('starting gateway and services');
  await Promise.all([gateway.ready, startServices(platform, ownerUrl, services)]);
  if (config.SEED && !cleanup.disposed && existsSync(seedPendingFile))
    await loadDemoData(platform, ownerUrl);
  if (!cleanup.disposed) await announce(packages.gateway, issuer);
}

/** Starts each service as soon as its own database is migrated. */
async function startServices(
  platform: PlatformSetup,
  ownerUrl: string,
  started: SupervisedProcess[],
): Promise<void> {
  const startReady = async (service: ServicePackage): Promise<void> => {
    if (cleanup.disposed) return;
    const child = startService(service, serviceEnvironment(platform, service, ownerUrl));
    started.push(child);
    await child.ready;
  };
  const { services } = platform.packages;
  const migrated = services.filter((service) => service.hasMigrations);
  const others = services.filter((service) => !service.hasMigrations);
  await Promise.all([
    migrateDatabases(platform, migrated, ownerUrl, startReady),
    ...others.map(startReady),
  ]);
}

/** Migrates one database after the other; `onMigrated` runs while the next one migrates. */
async function migrateDatabases(
  platform: PlatformSetup,
  services: ServicePackage[],
  ownerUrl: string,
  onMigrated: (service: ServicePackage) => Promise<void>,
): Promise<void> {
  const pending: Promise<void>[] = [];
  const script = childProgram(
    { name: 'migrations', folder: ROOT },
    join(import.meta.dirname, 'migrate.ts'),
    migrationEnvironment(platform, services, ownerUrl),
  );
  await runScript(script, (name) =>
    pending.push(...services.filter((service) => service.name === name).map(onMigrated)),
  );
  await Promise.all(pending);
}

/** Loads the demo data. If that fails, the platform starts without it; the next start retries. */
async function loadDemoData(platform: PlatformSetup, ownerUrl: string): Promise<void> {
  const { seed } = platform.packages;
  if (!seed) return;
  printProgress('loading demo data');
  const script = childProgram(seed, seed.script, seedEnvironment(platform, ownerUrl));
  await runScript({ ...script, printsOutput: true }).then(
    () => rmSync(seedPendingFile),
    (error: Error) => printProgress(`demo data not loaded: ${error.message}`),
  );
}

/** Writes the file with URLs and demo tokens, and prints where to go on. */
async function announce(gateway: ServicePackage, issuer: Issuer): Promise<void> {
  const url = serviceUrl(gateway, '/graphql');
  const tokens = await signDemoTokens(issuer, demoFile);
  writePrivateJson(deskFile, { url, ws: url.replace('http', 'ws'), tokens });
  cleanup.defer(async () => rmSync(deskFile, { force: true }));
  printProgress('ready');
  console.log(`\nGraphQL       ${url}`);
  if (config.NODE_ENV === 'development') console.log(`Query editor  ${serviceUrl(gateway, '/')}`);
  if (Object.keys(tokens).length)
    console.log(
      `Tokens        ${relative(process.cwd(), deskFile)}, or: npm run token -- --as agent`,
    );
}

const childProgram = (
  { name, folder }: Pick<ServicePackage, 'name' | 'folder'>,
  script: string,
  environment: Environment,
): ChildProgram => ({
  name,
  folder,
  script,
  environment,
  logFile: dataPath('log', `${name}.log`),
});

const startService = (service: ServicePackage, environment: Environment): SupervisedProcess =>
  supervise(childProgram(service, 'src/main.ts', environment), serviceUrl(service, '/readyz'));

/** Ctrl-C arrives twice, from the terminal and from npm; a later one is a second Ctrl-C. */
const DUPLICATE_SIGNAL_MS = 1000;
let stoppingSince: number | undefined;
function stop(exitCode: number): void {
  if (stoppingSince !== undefined) {
    if (Date.now() - stoppingSince > DUPLICATE_SIGNAL_MS) killChildren();
    return;
  }
  stoppingSince = Date.now();
  printProgress('stopping');
  stopScripts();
  cleanup.disposeAsync().then(
    () => process.exit(exitCode),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(0));
// npm forwards a signal only to its shell. When that exits, this process gets another parent.
const PARENT_POLL_MS = 500;
const parent = process.ppid;
if (isStartedByNpm)
  setInterval(() => {
    if (process.ppid !== parent && stoppingSince === undefined) stop(0);
  }, PARENT_POLL_MS).unref();

start().catch((error: Error) => {
  if (stoppingSince !== undefined) return;
  console.error(`\n${error.message}\n`);
  stop(1);
});
