import { readConfig, z } from '@deskgraph/common/core/config';
import { serviceConfig } from '@deskgraph/common/service/subgraph';

/** Where the services are that this one follows. */
export const peers = () => readConfig(z.object({ TICKETS_URL: z.url() }));

export const ownerUrl = () =>
  readConfig(z.object({ DATABASE_OWNER_URL: z.string() })).DATABASE_OWNER_URL;

/** The configuration of the rebuild, which empties tables as their owner and consumes events like the service. */
export const rebuildConfig = () =>
  readConfig(
    serviceConfig
      .pick({ LOG_LEVEL: true, INTERNAL_SECRET: true, DATABASE_URL: true })
      .extend({ DATABASE_OWNER_URL: z.string(), TICKETS_URL: z.url() }),
  );
