import { readConfig, z } from '@deskgraph/common/core/config';

const seedConfig = z.object({
  GRAPH_URL: z.url().describe('The graph of the platform that is to be filled.'),
  DATA_DIR: z.string().describe('Where demo.json goes.'),
  ISSUER: z.string().describe('Key file of the development issuer.'),
  DATABASE_URL_TICKETS: z
    .string()
    .describe('A workspace can only be made beside the graph: nobody could sign in to make it.'),
});
export type SeedConfig = z.output<typeof seedConfig>;

export const readSeedConfig = (): SeedConfig => readConfig(seedConfig);
