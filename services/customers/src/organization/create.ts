import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvent } from '@deskgraph/common/events/log';
import { newId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { foldText } from '@deskgraph/common/text/tokenizer';
import { claimExternalId } from '../app/external.ts';
import { replaceSearchWords } from '../search-words.ts';
import { setDomains } from './domain.ts';
import type { OrganizationCreateInput, OrganizationCreatePayload } from './input.ts';
import { Organization } from './organization.ts';

export async function createOrganization(
  ctx: Context,
  input: OrganizationCreateInput,
): Promise<OrganizationCreatePayload> {
  const { name, tier = null, externalId } = input;
  const domains = input.domains ?? [];
  const organization = ctx.em.create(Organization, {
    id: newId('org'),
    workspaceId: ctx.workspace,
    name,
    sortName: foldText(name),
    tier,
  });
  const { id } = organization;
  if (externalId && !(await claimExternalId(ctx, 'organization', id, externalId)))
    throw new Refusal('TAKEN', 'externalId');
  await setDomains(ctx, id, domains);
  await ctx.em.flush();
  await replaceSearchWords(ctx.em, 'organization', ctx.workspace, id, [name, ...domains]);
  await appendEvent(ctx, 'organization.created', organization, { state: { name, domains, tier } });
  return { organization, userErrors: [] };
}
