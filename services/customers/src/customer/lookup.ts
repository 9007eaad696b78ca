import { type Actor, PERSON_SCOPES, Role } from '@deskgraph/common/auth/access';
import { IdentityKind, normalised } from '@deskgraph/common/auth/contact-identity';
import type { Service } from '@deskgraph/common/service/subgraph';
import { systemActor } from '@deskgraph/common/auth/token';
import { Context } from '@deskgraph/common/database/context';
import { ownersOf } from '../identity/claim.ts';
import { byId } from './find.ts';

/** A person has every scope, and is bounded by the role. */

/** The customers who have these addresses. */
export const who =
  ({ orm, log }: Service) =>
  async (workspace: string, emails: readonly string[]): Promise<(Actor | null)[]> => {
    const ctx = new Context({
      orm,
      actor: systemActor(workspace),
      log,
      requestId: 'who',
      locales: [],
    });
    try {
      const wanted = emails.map((email) => normalised(IdentityKind.EMAIL, email) ?? '');
      const owners = await ownersOf(await ctx.read(), IdentityKind.EMAIL, wanted);
      return await Promise.all(
        wanted.map(async (email): Promise<Actor | null> => {
          const owner = owners.get(email);
          const customer = owner === undefined ? null : await byId(ctx, owner);
          if (!customer) return null;
          const { id, name } = customer;
          return {
            kind: 'customer',
            id,
            name,
            role: Role.REQUESTER,
            scopes: PERSON_SCOPES,
            workspace,
            departments: [],
          };
        }),
      );
    } finally {
      await ctx.end();
    }
  };
