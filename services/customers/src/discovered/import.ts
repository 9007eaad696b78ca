import { bumpVersion } from '@deskgraph/common/core/changes';
import { sql, uuidArray } from '@deskgraph/common/database/database';
import { appendEvent, appendEvents } from '@deskgraph/common/events/log';
import type { DomainEvent } from '@deskgraph/common/events/types';
import { NIL_UUID, toId, uuidOf } from '@deskgraph/common/core/id';
import { z } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { foldText } from '@deskgraph/common/text/tokenizer';
import { Customer, CustomerKind } from '../customer/customer.ts';
import { stateOf } from '../customer/snapshot.ts';
import { locked } from '../customer/find.ts';
import { joinAllByDomain } from '../customer/membership.ts';
import { claimNew, ownerOf } from '../identity/claim.ts';
import {
  type Identity,
  IdentityKind,
  normalizeIdentity,
} from '@deskgraph/common/auth/contact-identity';
import { addWords } from '../enums.ts';

const met = z.object({
  id: z.string().refine((id) => uuidOf('cus', id) !== NIL_UUID),
  kind: z.enum(IdentityKind),
  value: z.string().min(1).max(320),
  name: z.string().nullish(),
});

/** Somebody as tickets met him. */
interface Stranger {
  id: string;
  identity: Identity;
  name: string | null;
}

const NAME_LIMIT = 200;

/**
 * Tickets came in for people whom tickets did not know, under ids made of their identities. Unless such an id is known already, the person is
 * created under it; when somebody else has the identity, that id becomes another name of his. So it ends the same in whatever order, and
 * however often, it is told. A page of facts takes a handful of statements.
 */
export async function meet(
  ctx: Context,
  facts: readonly Pick<DomainEvent, 'type' | 'id' | 'data'>[],
): Promise<void> {
  const told = new Map(
    facts.flatMap((fact) => read(ctx, fact)).map((stranger) => [stranger.id, stranger]),
  );
  const known = await knownOf(ctx, [...told.keys()]);
  const strangers = [...told.values()].filter(({ id }) => !known.has(id));
  const mine = await claimNew(ctx, strangers);
  await createAll(
    ctx,
    strangers.filter(({ id }) => mine.has(id)),
  );
  for (const { id, identity } of strangers) if (!mine.has(id)) await fold(ctx, id, identity);
}

function read(
  ctx: Context,
  { type, id: factId, data }: Pick<DomainEvent, 'type' | 'id' | 'data'>,
): Stranger[] {
  if (type !== 'requester.met') return [];
  const told = met.safeParse(data);
  if (!told.success) {
    ctx.log.error(
      { fact: factId, problem: told.error.message },
      'a requester that nobody can read',
    );
    return [];
  }
  const { id, kind, value, name } = told.data;
  const clean = name?.replaceAll(/\s+/g, ' ').trim().slice(0, NAME_LIMIT) || null;
  return [{ id, identity: { kind, value: normalizeIdentity(kind, value) ?? value }, name: clean }];
}

async function knownOf(ctx: Context, ids: string[]): Promise<Set<string>> {
  if (!ids.length) return new Set();
  const asked = uuidArray('cus', ids);
  const { rows } = await sql<{ id: string }>`
    select id from customer where id = any(${asked}) union all select id from customer_alias where id = any(${asked})
  `.execute(ctx.em.getKysely());
  return new Set(rows.map((row) => toId('cus', row.id)));
}

async function createAll(ctx: Context, strangers: readonly Stranger[]): Promise<void> {
  if (!strangers.length) return;
  const customers = strangers.map(({ id, identity: { kind, value }, name }) =>
    ctx.em.create(
      Customer,
      {
        id,
        workspaceId: ctx.workspace,
        kind: kind === IdentityKind.VISITOR ? CustomerKind.VISITOR : CustomerKind.LEAD,
        fullName: name,
        name: name ?? value,
        sortName: foldText(name ?? value),
        email: kind === IdentityKind.EMAIL ? value : null,
        phone: kind === IdentityKind.PHONE ? value : null,
      },
      { partial: true },
    ),
  );
  await ctx.em.flush();
  const organizationIds = await joinAllByDomain(ctx, strangers);
  await addWords(
    ctx.em,
    'customer',
    ctx.workspace,
    strangers.map(({ id, identity, name }) => ({ id, texts: [name ?? '', identity.value] })),
  );
  await appendEvents(
    ctx,
    customers.map((customer, at) => {
      const identities = [strangers[at]!.identity];
      const { name, kind, locale, tier, seesOrganizationTickets } = customer;
      const state = {
        name,
        kind,
        locale,
        tier,
        seesOrganizationTickets,
        identities,
        organizationIds: organizationIds.get(customer.id) ?? [],
      };
      return { type: 'customer.created', subject: customer, data: { state: stateOf(state) } };
    }),
  );
}

async function fold(ctx: Context, id: string, identity: Identity): Promise<void> {
  const owner = await ownerOf(ctx.em, identity);
  if (owner === null)
    throw new Error(
      'The identity was given away and taken back in between; the fact is tried again.',
    );
  const into = await locked(ctx, owner);
  await sql`
    insert into customer_alias (workspace_id, id, customer_id, created_at)
    values (${ctx.workspace}::uuid, ${uuidOf('cus', id)}::uuid, ${uuidOf('cus', into.id)}::uuid, now())`.execute(
    ctx.em.getKysely(),
  );
  bumpVersion(into);
  await appendEvent(ctx, 'customer.merged', into, { from: id, into: into.id });
}
