import { sql, uuidArray } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { Refusal } from '@deskgraph/common/core/errors';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import { z } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';

export const MAX_DOMAINS_PER_ORGANIZATION = 50;
const DOMAIN =
  /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,10}\p{L}[\p{L}\p{N}-]{0,61}[\p{L}\p{N}]$/u;

/** Domains of public providers: an address there does not identify an organization. */
const PUBLIC_PROVIDERS = new Set(
  `126.com 163.com 21cn.com aliyun.com aol.com bol.com.br btinternet.com comcast.net fastmail.com foxmail.com free.fr gmail.com gmx.at
  gmx.ch gmx.com gmx.de gmx.net googlemail.com hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.fr hotmail.it icloud.com ig.com.br
  inbox.com laposte.net libero.it live.com live.de live.fr mac.com mail.com mail.ru me.com msn.com naver.com orange.fr outlook.com
  outlook.de outlook.fr pm.me proton.me protonmail.com qq.com rediffmail.com rocketmail.com seznam.cz sina.com siol.net sohu.com t-online.de
  terra.com.br tutanota.com uol.com.br volja.net wanadoo.fr web.de yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.br yahoo.de yahoo.fr yahoo.it
  yandex.com yandex.ru yeah.net ymail.com zoho.com`.split(/\s+/),
);

/** The bounds of a list of e-mail domains in an input. */
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
  .max(MAX_DOMAINS_PER_ORGANIZATION);

/**
 * Replaces the domains of an organization. Refuses domains of other organizations with TAKEN. Waits
 * for concurrent transactions that add the same domain.
 */
export async function setDomains(
  ctx: Context,
  id: string,
  domains: readonly string[],
): Promise<void> {
  const mine = sql`${uuidOf('org', id)}::uuid`;
  const sorted = [...new Set(domains)].toSorted();
  await execute(
    ctx,
    sql`delete from organization_domain where organization_id = ${mine} and domain <> all(${sorted}::text[])`,
  );
  const rows = await execute(
    ctx,
    sql<{ domain: string }>`
    insert into organization_domain as d (workspace_id, domain, organization_id)
    select ${ctx.workspace}::uuid, domain, ${mine} from unnest(${sorted}::text[]) as new(domain)
    on conflict (workspace_id, domain) do update set domain = d.domain where d.organization_id = ${mine}
    returning domain`,
  );
  const own = new Set(rows.map((row) => row.domain));
  const errors = domains.flatMap((domain, index) =>
    own.has(domain) ? [] : [{ code: 'TAKEN', field: ['input', 'domains', String(index)] }],
  );
  if (errors.length) throw new Refusal(errors);
}

interface DomainRow {
  organization_id: string;
  domain: string;
}

export async function organizationDomains(ctx: Context, id: string): Promise<string[]> {
  const found = await ctx.load.byParent(
    'domains',
    id,
    (ids) => selectDomains(ctx, ids),
    (each) => toId('org', each.organization_id),
  );
  return found.map((each) => each.domain);
}

async function selectDomains(ctx: Context, ids: string[]): Promise<DomainRow[]> {
  const em = await ctx.read();
  const { rows } = await sql<DomainRow>`
    select organization_id, domain from organization_domain where organization_id = any(${uuidArray('org', ids)}) order by domain
  `.execute(em.getKysely());
  return rows;
}
