import { readConfig, z } from '@deskgraph/common/core/config';

export const ownerUrl = () =>
  readConfig(z.object({ DATABASE_OWNER_URL: z.string() })).DATABASE_OWNER_URL;
