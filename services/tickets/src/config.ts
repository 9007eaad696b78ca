import { fileURLToPath } from 'node:url';
import { readConfig, z } from '@deskgraph/common/core/config';

/** Where the services are that this one follows; a service that is not named is not followed. */
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
  S3_BUCKET: z.string().optional().describe('Files lie in this bucket, and not in FILES_DIR.'),
  S3_REGION: z.string().default('us-east-1'),
  S3_ENDPOINT: z.url().optional().describe('A server that speaks S3; default Amazon.'),
  S3_ACCESS_KEY_ID: z
    .string()
    .optional()
    .describe('With S3_SECRET_ACCESS_KEY; default what the machine has, such as a role.'),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  CLAMD_URL: z
    .url({ protocol: /^tcp$/ })
    .refine((url) => new URL(url).port !== '', 'needs a port')
    .optional()
    .describe('Files are scanned by this clamd: tcp://127.0.0.1:3310. Default: nobody scans.'),
});

export type FilesConfig = z.output<typeof files>;

/** Where files lie, who scans them, and what stands before the path of links to them. */
export const filesConfig = (): FilesConfig => readConfig(files);
