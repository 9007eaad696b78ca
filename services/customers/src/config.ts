import { readConfig, z } from '@deskgraph/common/core/config';

/** The service whose log tells of people that nobody knew before. */
export const peers = () => readConfig(z.object({ TICKETS_URL: z.url() }));

export const ownerUrl = () =>
  readConfig(z.object({ DATABASE_OWNER_URL: z.string() })).DATABASE_OWNER_URL;
