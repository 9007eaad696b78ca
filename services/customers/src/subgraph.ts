import 'reflect-metadata';
import './refusals.ts';
import { idPrefix } from '@deskgraph/common/core/id';
import type { SubgraphOptions } from '@deskgraph/common/service/subgraph';
import { lookupEndpoint } from '@deskgraph/common/auth/identity-lookup';
import { peers } from './config.ts';
import { Customer } from './customer/customer.ts';
import { customerById } from './customer/find.ts';
import { MembersResolver } from './customer/members.ts';
import { CustomerResolver } from './customer/resolver.ts';
import { lookupActors } from './customer/lookup.ts';
import { consumeTicketEvents } from './discovered/consume.ts';
import { organizationById } from './organization/find.ts';
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
  findById: async (ctx, id) => {
    if (idPrefix(id) === 'cus') return customerById(ctx, id);
    if (idPrefix(id) === 'org') return organizationById(ctx, id);
    return null;
  },
  endpoints: (service) => ({ 'POST /who': lookupEndpoint(lookupActors(service)) }),
  backgroundTasks: (service) => [consumeTicketEvents(service, peers().TICKETS_URL)],
};
