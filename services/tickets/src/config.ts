import { fileURLToPath } from 'node:url';
import { readConfig, z } from '@deskgraph/common/core/config';

/** The URLs of the services whose events this one consumes. A service without a URL is ignored. */
export const peerUrls = () => readConfig(z.object({ CUSTOMERS_URL: z.url().optional() }));

export const ownerUrl = () =>
  readConfig(z.object({ DATABASE_OWNER_URL: z.string() })).DATABASE_OWNER_URL;

export const bootstrapUrl = () => readConfig(z.object({ DATABASE_URL: z.string() })).DATABASE_URL;

const files = z.object({
  FILES_DIR: z.string().default(fileURLToPath(new URL('../../../.data/files', import.meta.url))),
  PUBLIC_URL: z
    .url()
    .optional()
    .describe('The gateway as clients reach it. Default: links are paths relative to it.'),
  S3_BUCKET: z
    .string()
    .optional()
    .describe('Files are stored in this bucket instead of FILES_DIR.'),
  S3_REGION: z.string().default('us-east-1'),
  S3_ENDPOINT: z.url().optional().describe('An S3-compatible server. Default: Amazon.'),
  S3_ACCESS_KEY_ID: z
    .string()
    .optional()
    .describe(
      'With S3_SECRET_ACCESS_KEY. Default: the credentials of the machine, such as a role.',
    ),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  CLAMD_URL: z
    .url({ protocol: /^tcp$/ })
    .refine((url) => new URL(url).port !== '', 'needs a port')
    .optional()
    .describe(
      'The clamd that scans files, such as tcp://127.0.0.1:3310. Default: files are not scanned.',
    ),
});

export type FilesConfig = z.output<typeof files>;

/** The storage and the virus scanner of files, and the base URL of links to them. */
export const filesConfig = (): FilesConfig => readConfig(files);
