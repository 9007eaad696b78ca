import type { Actor } from '@deskgraph/common/auth/access';

const TYPES: Record<Actor['kind'], string> = {
  agent: 'Agent',
  customer: 'Customer',
  app: 'App',
  system: 'System',
};

/** Who did something, as the graph shows it: kept names stand for themselves, the gateway asks the owner for the others. */
export const actorReference = (
  kind: Actor['kind'],
  id: string,
  name: string,
): { __typename: string; id: string; name: string } => ({
  __typename: TYPES[kind],
  id,
  name,
});
