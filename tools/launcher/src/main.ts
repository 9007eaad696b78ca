// npm start: the whole platform on this machine. Ctrl-C ends it.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type SupervisedProcess,
  closeLogFiles,
  supervise,
  killChildren,
  runScript,
  stopScripts,
} from './child.ts';
import { ROOT, readLaunchConfig, isStartedByNpm } from './config.ts';
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
import { openIssuer } from './issuer.ts';
import { type ServicePackage, assertPortsFree, readPackages } from './services.ts';
import { printProgress } from './print.ts';
import { openSecrets, writePrivateJson } from './secret.ts';

const config = readLaunchConfig();
const inData = (...names: string[]): string => join(config.DATA_DIR, ...names);
const deskFile = inData(DESK_FILE);
const demoFile = inData('demo.json');
/** Stands while a new platform waits for its demo. */
const emptyFile = inData('empty');
const leaving = new AsyncDisposableStack();
leaving.defer(closeLogFiles);

const program = (
  room: Pick<ServicePackage, 'name' | 'folder'>,
  script: string,
  environment: Environment,
) => ({
  name: room.name,
  folder: room.folder,
  script,
  environment,
  logFile: inData('log', `${room.name}.log`),
});

async function start(): Promise<void> {
  const house = await readPackages(ROOT, config.PORT);
  await assertPortsFree([house.gateway, ...house.services]);
  mkdirSync(config.DATA_DIR, { recursive: true });
  const secrets = openSecrets(inData('secrets.json'), config.DATABASE_APP_PASSWORD);

  const opening = openPlatformDatabase(config, secrets, house);
  const opened = opening.catch(() => undefined);
  leaving.defer(async () => (await opened)?.stop());
  const issuer = await openIssuer(inData('issuer.json'));
  const platform: PlatformSetup = { config, packages: house, secrets, jwks: issuer.jwks };

  const services: SupervisedProcess[] = [];
  leaving.defer(async () => void (await Promise.all(services.map((service) => service.stop()))));
  const gateway = keepRoom(house.gateway, gatewayEnvironment(platform));
  leaving.defer(() => gateway.stop());

  const { url: owner, isNew: made } = await opening;
  if (leaving.disposed) return;
  rmSync(deskFile, { force: true });
  if (made) {
    rmSync(demoFile, { force: true });
    writeFileSync(emptyFile, '');
  }
  const bringUp = async (room: ServicePackage): Promise<void> => {
    if (leaving.disposed) return;
    const service = keepRoom(room, serviceEnvironment(platform, room, owner));
    services.push(service);
    await told(room, service);
  };
  const migrating = house.services.filter((room) => room.hasMigrations);
  const rest = house.services.filter((room) => !room.hasMigrations);
  await Promise.all([
    told(house.gateway, gateway),
    migrateEach(platform, migrating, owner, bringUp),
    ...rest.map(bringUp),
  ]);

  if (house.seed && config.SEED && !leaving.disposed && existsSync(emptyFile)) {
    printProgress('filling the empty platform with the demo');
    const seeding = runScript({
      ...program(house.seed, house.seed.script, seedEnvironment(platform, owner)),
      printsOutput: true,
    });
    await seeding.then(
      () => rmSync(emptyFile),
      (error: Error) => printProgress(`${error.message}; there is no demo`),
    );
  }
  if (leaving.disposed) return;
  const url = serviceUrl(house.gateway, '/graphql');
  const desk = {
    url,
    ws: url.replace('http', 'ws'),
    tokens: await signDemoTokens(issuer, demoFile),
  };
  writePrivateJson(deskFile, desk);
  leaving.defer(async () => rmSync(deskFile, { force: true }));
  printProgress('ready');
  console.log(`\nGraphQL    ${desk.url}\nWebSocket  ${desk.ws}\nTokens     ${deskFile}`);
  for (const [name, token] of Object.entries(desk.tokens)) console.log(`\n${name}\n${token}`);
}

/** Migrates one after the other; what comes then for a room need not wait for the next one. */
async function migrateEach(
  platform: PlatformSetup,
  rooms: ServicePackage[],
  owner: string,
  then: (room: ServicePackage) => Promise<void>,
): Promise<void> {
  const following: Promise<void>[] = [];
  const script = program(
    { name: 'migrations', folder: ROOT },
    join(import.meta.dirname, 'migrate.ts'),
    migrationEnvironment(platform, rooms, owner),
  );
  await runScript(script, (name) =>
    following.push(...rooms.filter((room) => room.name === name).map(then)),
  );
  await Promise.all(following);
}

async function told(room: ServicePackage, { ready }: SupervisedProcess): Promise<void> {
  await ready;
  if (!leaving.disposed) printProgress(`${room.name} on ${serviceUrl(room)}`);
}

const keepRoom = (room: ServicePackage, environment: Environment): SupervisedProcess =>
  supervise(program(room, 'src/main.ts', environment), serviceUrl(room, '/readyz'));

let endingSince: number | undefined;
function end(code: number): void {
  if (endingSince !== undefined) {
    // Ctrl-C may arrive twice, from the terminal and from npm; who asks again later does not want to wait.
    if (Date.now() - endingSince > 1000) killChildren();
    return;
  }
  endingSince = Date.now();
  printProgress('stopping');
  stopScripts();
  leaving.disposeAsync().then(
    () => process.exit(code),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(0));
// npm passes a signal on to its shell only, which ends without telling us: then we have another parent.
const parent = process.ppid;
if (isStartedByNpm)
  setInterval(() => {
    if (process.ppid !== parent && endingSince === undefined) end(0);
  }, 500).unref();

start().catch((error: Error) => {
  if (endingSince !== undefined) return;
  console.error(`\n${error.message}\n`);
  end(1);
});
