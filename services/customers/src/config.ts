import { readConfig, z } from '@deskgraph/common/core/config';

/** The service whose events are consumed. */
export const peers = () => readConfig(z.object({ TICKETS_URL: z.url() }));

export const ownerUrl = () =>
  readConfig(z.object({ DATABASE_OWNER_URL: z.string() })).DATABASE_OWNER_URL;
