import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { randomPassword } from './embedded-postgres.ts';

/** Made once per data directory. */
export interface Secrets {
  /** Signs the tokens between gateway and services. */
  internal: string;
  /** Of the database's owner. */
  owner: string;
  /** Of the role that services connect as. */
  app: string;
}

/** `app` replaces the password that was made. */
export function openSecrets(path: string, app?: string): Secrets {
  const kept = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Partial<Secrets>) : {};
  const secrets: Secrets = {
    internal: kept.internal ?? randomPassword(),
    owner: kept.owner ?? randomPassword(),
    app: app ?? kept.app ?? randomPassword(),
  };
  writePrivateJson(path, secrets);
  return secrets;
}

/** Writes JSON that only we may read; readers never see half of it. */
export function writePrivateJson(path: string, content: unknown): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
