import 'reflect-metadata';
import './refusals.ts';
import { prefixOf } from '@deskgraph/common/core/id';
import type { SubgraphOptions } from '@deskgraph/common/service/subgraph';
import { whoDoor } from '@deskgraph/common/auth/identity-lookup';
import { peers } from './config.ts';
import { Customer } from './customer/customer.ts';
import { byId as customerById } from './customer/find.ts';
import { MembersResolver } from './customer/members.ts';
import { CustomerResolver } from './customer/resolver.ts';
import { who } from './customer/lookup.ts';
import { followTickets } from './discovered/consume.ts';
import { byId as organizationById } from './organization/find.ts';
import { Organization } from './organization/organization.ts';
import { OrganizationResolver } from './organization/resolver.ts';

export const subgraph: SubgraphOptions = {
  name: 'customers',
  entities: [Customer, Organization],
  resolvers: [CustomerResolver, OrganizationResolver, MembersResolver],
  references: {
    Customer: ({ id }, ctx) => customerById(ctx, id),
    Organization: ({ id }, ctx) => organizationById(ctx, id),
  },
  find: async (ctx, id) => {
    if (prefixOf(id) === 'cus') return customerById(ctx, id);
    if (prefixOf(id) === 'org') return organizationById(ctx, id);
    return null;
  },
  doors: (service) => ({ 'POST /who': whoDoor(who(service)) }),
  beside: (service) => [followTickets(service, peers().TICKETS_URL)],
};
