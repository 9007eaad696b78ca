import { sql, uuids } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import { z } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';

export const DOMAIN_LIMIT = 50;
const DOMAIN =
  /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,10}\p{L}[\p{L}\p{N}-]{0,61}[\p{L}\p{N}]$/u;

/** Where anybody can have an address, the domain says nothing of whom he belongs to. */
const PUBLIC_PROVIDERS = new Set(
  `126.com 163.com 21cn.com aliyun.com aol.com bol.com.br btinternet.com comcast.net fastmail.com foxmail.com free.fr gmail.com gmx.at
  gmx.ch gmx.com gmx.de gmx.net googlemail.com hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.fr hotmail.it icloud.com ig.com.br
  inbox.com laposte.net libero.it live.com live.de live.fr mac.com mail.com mail.ru me.com msn.com naver.com orange.fr outlook.com
  outlook.de outlook.fr pm.me proton.me protonmail.com qq.com rediffmail.com rocketmail.com seznam.cz sina.com siol.net sohu.com t-online.de
  terra.com.br tutanota.com uol.com.br volja.net wanadoo.fr web.de yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.br yahoo.de yahoo.fr yahoo.it
  yandex.com yandex.ru yeah.net ymail.com zoho.com`.split(/\s+/),
);

/** Mail domains as an input gives them. */
export const domainsBounds = z
  .array(
    z
      .string()
      .trim()
      .toLowerCase()
      .min(1)
      .max(253)
      .regex(DOMAIN)
      .refine((domain) => !PUBLIC_PROVIDERS.has(domain), { message: 'a public mail provider' }),
  )
  .max(DOMAIN_LIMIT);

/** Makes these the organization's domains; refused with TAKEN where another has one. Waits for whoever is about to take it. */
export async function setDomains(
  ctx: Context,
  id: string,
  domains: readonly string[],
): Promise<void> {
  const mine = sql`${uuidOf('org', id)}::uuid`;
  const wanted = [...new Set(domains)].toSorted();
  await sql`delete from organization_domain where organization_id = ${mine} and domain <> all(${wanted}::text[])`.execute(
    ctx.em.getKysely(),
  );
  const { rows } = await sql<{ domain: string }>`
    insert into organization_domain as d (workspace_id, domain, organization_id)
    select ${ctx.workspace}::uuid, domain, ${mine} from unnest(${wanted}::text[]) as wanted(domain)
    on conflict (workspace_id, domain) do update set domain = d.domain where d.organization_id = ${mine}
    returning domain`.execute(ctx.em.getKysely());
  const got = new Set(rows.map((row) => row.domain));
  const errors = domains.flatMap((domain, at) =>
    got.has(domain) ? [] : [{ code: 'TAKEN', field: ['input', 'domains', String(at)] }],
  );
  if (errors.length) throw new Refusal(errors);
}

interface Domain {
  organization_id: string;
  domain: string;
}

export async function domains(ctx: Context, id: string): Promise<string[]> {
  const found = await ctx.load.byParent(
    'domains',
    id,
    (ids) => domainsOf(ctx, ids),
    (each) => toId('org', each.organization_id),
  );
  return found.map((each) => each.domain);
}

async function domainsOf(ctx: Context, ids: string[]): Promise<Domain[]> {
  const em = await ctx.read();
  const { rows } = await sql<Domain>`
    select organization_id, domain from organization_domain where organization_id = any(${uuids('org', ids)}) order by domain
  `.execute(em.getKysely());
  return rows;
}
