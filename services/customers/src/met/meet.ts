import { sql } from '@deskgraph/common/database';
import { type Fact, record } from '@deskgraph/common/events';
import { NO_UUID, uuidOf } from '@deskgraph/common/id';
import { z } from '@deskgraph/common/input';
import type { Context } from '@deskgraph/common/transaction';
import { touch } from '../change.ts';
import { store } from '../customer/create.ts';
import { Customer, CustomerKind } from '../customer/customer.ts';
import { locked } from '../customer/find.ts';
import { choosePrimaries, claim, ownerOf } from '../identity/claim.ts';
import { type Identity, IdentityKind, normalised } from '../identity/identity.ts';

const met = z.object({
  id: z.string().refine((id) => uuidOf('cus', id) !== NO_UUID),
  kind: z.enum(IdentityKind),
  value: z.string().min(1).max(320),
  name: z.string().nullish(),
});

const NAME_LIMIT = 200;

/**
 * A ticket came in for somebody whom tickets did not know, under an id made of the identity. Unless that id is known already, the person is
 * created under it; when somebody else has the identity, that id becomes another name of his. So it ends the same in whatever order, and
 * however often, it is told.
 */
export async function meet(ctx: Context, fact: Pick<Fact, 'type' | 'id' | 'data'>): Promise<void> {
  if (fact.type !== 'requester.met') return;
  const told = met.safeParse(fact.data);
  if (!told.success) return ctx.log.error({ fact: fact.id, problem: told.error.message }, 'a requester that nobody can read');
  const { id, kind, value } = told.data;
  const identity: Identity = { kind, value: normalised(kind, value) ?? value };
  if (await isKnown(ctx, id)) return;
  const mine = await claim(ctx, id, [identity]);
  if (!mine.size) return fold(ctx, id, identity);
  await choosePrimaries(ctx, id);
  await store(ctx, {
    id,
    identities: [identity],
    name: told.data.name?.replaceAll(/\s+/g, ' ').trim().slice(0, NAME_LIMIT) || null,
    kind: kind === IdentityKind.VISITOR ? CustomerKind.VISITOR : CustomerKind.LEAD,
  });
}

async function isKnown(ctx: Context, id: string): Promise<boolean> {
  if (await ctx.em.findOne(Customer, { id })) return true;
  const { rows } = await sql`select from customer_alias where id = ${uuidOf('cus', id)}::uuid`.execute(ctx.em.getKysely());
  return rows.length > 0;
}

async function fold(ctx: Context, id: string, identity: Identity): Promise<void> {
  const owner = await ownerOf(ctx.em, identity);
  if (owner === null) throw new Error('The identity was given away and taken back in between; the fact is tried again.');
  const into = await locked(ctx, owner);
  await sql`
    insert into customer_alias (workspace_id, id, customer_id, created_at)
    values (${ctx.workspace}::uuid, ${uuidOf('cus', id)}::uuid, ${uuidOf('cus', into.id)}::uuid, now())`.execute(ctx.em.getKysely());
  touch(into);
  await record(ctx, 'customer.merged', into, { from: id, into: into.id });
}
