import { type Actor, USER_SCOPES, Role } from '@deskgraph/common/auth/access';
import { IdentityKind, normalizeIdentity } from '@deskgraph/common/auth/contact-identity';
import type { Service } from '@deskgraph/common/service/subgraph';
import { systemActor } from '@deskgraph/common/auth/token';
import { Context } from '@deskgraph/common/database/context';
import { identityOwners } from '../identity/claim.ts';
import { customerById } from './find.ts';

/** The customers with these e-mail addresses, as actors. Null where there is none. */
export const lookupActors =
  ({ orm, log }: Service) =>
  async (workspace: string, emails: readonly string[]): Promise<(Actor | null)[]> => {
    const ctx = new Context({
      orm,
      actor: systemActor(workspace),
      log,
      requestId: 'lookup',
      locales: [],
    });
    try {
      const normalized = emails.map((email) => normalizeIdentity(IdentityKind.EMAIL, email) ?? '');
      const owners = await identityOwners(await ctx.read(), IdentityKind.EMAIL, normalized);
      return await Promise.all(
        normalized.map(async (email): Promise<Actor | null> => {
          const owner = owners.get(email);
          const customer = owner === undefined ? null : await customerById(ctx, owner);
          if (!customer) return null;
          const { id, name } = customer;
          return {
            kind: 'customer',
            id,
            name,
            role: Role.REQUESTER,
            scopes: USER_SCOPES,
            workspace,
            departments: [],
          };
        }),
      );
    } finally {
      await ctx.endSnapshot();
    }
  };
