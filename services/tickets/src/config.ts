import { fileURLToPath } from 'node:url';
import { readConfig, z } from '@deskgraph/common/config';

/** Where the services are that this one follows; a service that is not named is not followed. */
export const peers = () => readConfig(z.object({ CUSTOMERS_URL: z.url().optional() }));

export const ownerUrl = () => readConfig(z.object({ DATABASE_OWNER_URL: z.string() })).DATABASE_OWNER_URL;

export const bootstrapUrl = () => readConfig(z.object({ DATABASE_URL: z.string() })).DATABASE_URL;

/** Where files lie, and what stands before the path of links to them. */
export const filesConfig = () =>
  readConfig(
    z.object({
      FILES_DIR: z.string().default(fileURLToPath(new URL('../../../.data/files', import.meta.url))),
      PUBLIC_URL: z.url().optional().describe('The gateway as clients reach it. Default: links are paths relative to it.'),
    }),
  );
