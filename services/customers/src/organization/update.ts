import { changedFields, bumpVersion } from '@deskgraph/common/core/changes';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvent } from '@deskgraph/common/events/log';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { foldText } from '@deskgraph/common/text/tokenizer';
import { LockMode } from '@mikro-orm/postgresql';
import { claimExternalId, deleteOtherExternalIds, externalIdsOf } from '../app/external.ts';
import { replaceSearchWords } from '../search-words.ts';
import { organizationDomains, setDomains } from './domain.ts';
import type { OrganizationUpdateInput, OrganizationUpdatePayload } from './input.ts';
import { Organization } from './organization.ts';

export async function updateOrganization(
  ctx: Context,
  input: OrganizationUpdateInput,
): Promise<OrganizationUpdatePayload> {
  const organization = await ctx.em.findOne(
    Organization,
    { id: input.id },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  if (!organization) throw new Refusal('NOT_FOUND', 'id');
  refuseStaleVersion(organization, input.expectedVersion);
  if (input.name === null) throw new Refusal('REQUIRED', 'name');
  const { id } = organization;
  const before = await organizationState(ctx, organization);
  organization.name = input.name ?? organization.name;
  organization.sortName = foldText(organization.name);
  if (input.tier !== undefined) organization.tier = input.tier;
  if (input.domains !== undefined) await setDomains(ctx, id, input.domains ?? []);
  if (input.externalId !== undefined) {
    if (
      input.externalId !== null &&
      !(await claimExternalId(ctx, 'organization', id, input.externalId))
    )
      throw new Refusal('TAKEN', 'externalId');
    await deleteOtherExternalIds(ctx, 'organization', id, input.externalId);
  }
  const state = await organizationState(ctx, organization);
  const changes = changedFields(before, state);
  if (changes) {
    bumpVersion(organization);
    await replaceSearchWords(ctx.em, 'organization', ctx.workspace, id, [
      state.name,
      ...state.domains,
    ]);
    await appendEvent(ctx, 'organization.updated', organization, { state, changes });
  }
  return { organization, userErrors: [] };
}

async function organizationState(ctx: Context, { id, name, tier }: Organization) {
  ctx.load.clear();
  const external = await externalIdsOf(ctx, 'organization', id);
  return {
    name,
    tier,
    domains: await organizationDomains(ctx, id),
    externalIds: external.map(({ value }) => value),
  };
}
