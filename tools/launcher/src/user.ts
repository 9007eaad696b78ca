import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Who a program runs as. Empty: as we do. */
export interface OsUser {
  uid?: number;
  gid?: number;
}

export interface Command {
  file: string;
  args: string[];
  options: OsUser;
}

/** PostgreSQL refuses to run as root; `home`, where it exists, says whom it belonged to the last time. */
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
    'PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody` to run it as.',
  );
}

/**
 * The command as that user. Below a closed directory, root's home for one, the user could not even read the program: there it keeps root's
 * right to look (and no other identity) by util-linux's setpriv.
 */
export function commandAs(
  user: OsUser,
  file: string,
  args: string[],
  ...places: string[]
): Command {
  const closed =
    user.uid === undefined ? undefined : [file, ...places].map(closedParent).find(Boolean);
  if (!closed) return { file, args, options: user };
  const setpriv = '/usr/bin:/bin'
    .split(':')
    .map((folder) => join(folder, 'setpriv'))
    .find((path) => existsSync(path));
  if (!setpriv)
    throw new Error(
      `The database runs as user ${user.uid}, who may not enter ${closed}. Move the project or DATA_DIR elsewhere, or run as another user than root.`,
    );
  const rights = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  return {
    file: setpriv,
    args: [
      `--reuid=${user.uid}`,
      `--regid=${user.gid}`,
      '--clear-groups',
      ...rights,
      file,
      ...args,
    ],
    options: {},
  };
}

function closedParent(path: string): string | undefined {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return folder;
  return undefined;
}
