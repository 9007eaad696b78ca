import type { Actor } from '@deskgraph/common/auth/access';

const TYPE_NAMES: Record<Actor['kind'], string> = {
  agent: 'Agent',
  customer: 'Customer',
  app: 'App',
  system: 'System',
};

/**
 * An actor as a federation entity reference. The stored name answers `name`; the gateway reads the
 * other fields from the service that owns the type.
 */
export const actorReference = (
  kind: Actor['kind'],
  id: string,
  name: string,
): { __typename: string; id: string; name: string } => ({
  __typename: TYPE_NAMES[kind],
  id,
  name,
});
