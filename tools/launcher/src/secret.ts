import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { randomPassword } from './embedded-postgres.ts';

/** Secrets of a data directory, created with it. */
export interface Secrets {
  /** Signs the tokens between gateway and services. */
  internal: string;
  /** Password of the owner of the databases. */
  owner: string;
  /** Password of the application role of the services. */
  app: string;
}

/** Reads the secrets and creates missing ones. `app` replaces the stored password. */
export function openSecrets(path: string, app?: string): Secrets {
  const stored = existsSync(path)
    ? (JSON.parse(readFileSync(path, 'utf8')) as Partial<Secrets>)
    : {};
  const secrets: Secrets = {
    internal: stored.internal ?? randomPassword(),
    owner: stored.owner ?? randomPassword(),
    app: app ?? stored.app ?? randomPassword(),
  };
  writePrivateJson(path, secrets);
  return secrets;
}

/** Writes a JSON file that only this user may read. Readers never see a partial file. */
export function writePrivateJson(path: string, content: unknown): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
