import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The user that a program runs as. Empty: the current one. */
export interface OsUser {
  uid?: number;
  gid?: number;
}

export interface Command {
  file: string;
  args: string[];
  options: OsUser;
}

/**
 * The user for PostgreSQL, which refuses to run as root: the owner of `home` if it exists, else
 * `postgres` or `nobody`.
 */
export function unprivilegedUser(home: string): OsUser {
  if (process.getuid?.() !== 0) return {};
  if (existsSync(home)) {
    const { uid, gid } = statSync(home);
    if (uid !== 0) return { uid, gid };
  }
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const account = accounts.find((line) => line.startsWith(`${name}:`))?.split(':');
    if (account) return { uid: Number(account[2]), gid: Number(account[3]) };
  }
  throw new Error(
    'PostgreSQL cannot run as root, and there is no user `postgres` or `nobody` to run it as.',
  );
}

/**
 * The command that runs a program as a user. Inside a private directory, such as the home of root,
 * the user could not read the program: there setpriv (util-linux) changes the identity and keeps
 * only root's right to read.
 */
export function commandAs(user: OsUser, file: string, args: string[], ...paths: string[]): Command {
  const privateFolder =
    user.uid === undefined ? undefined : [file, ...paths].map(privateParent).find(Boolean);
  if (!privateFolder) return { file, args, options: user };
  const setpriv = '/usr/bin:/bin'
    .split(':')
    .map((folder) => join(folder, 'setpriv'))
    .find((path) => existsSync(path));
  if (!setpriv)
    throw new Error(
      `PostgreSQL runs as user ${user.uid}, which has no access to ${privateFolder}. Move the project or DATA_DIR, or do not run as root.`,
    );
  const capabilities = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  return {
    file: setpriv,
    args: [
      `--reuid=${user.uid}`,
      `--regid=${user.gid}`,
      '--clear-groups',
      ...capabilities,
      file,
      ...args,
    ],
    options: {},
  };
}

function privateParent(path: string): string | undefined {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return folder;
  return undefined;
}
