import 'reflect-metadata';
import './refusals/refusals.ts';
import { lookupEndpoint } from '@deskgraph/common/auth/identity-lookup';
import { System } from '@deskgraph/common/graphql/shared-types';
import type { SubgraphOptions } from '@deskgraph/common/service/subgraph';
import { backgroundTasks } from './live/background-tasks.ts';
import { categoryById } from './configuration/category/queries.ts';
import { configurationEntities, configurationResolvers } from './configuration/resolvers.ts';
import { historyResolvers } from './history/resolvers.ts';
import { listsEntities, listsResolvers } from './lists/resolvers.ts';
import { liveResolvers } from './live/resolvers.ts';
import { modelEntities } from './model/entities.ts';
import { fieldById } from './model/field/queries.ts';
import { ticketById } from './model/lookup/queries.ts';
import { messageById } from './model/message/queries.ts';
import { operationsEntities, operationsResolvers } from './operations/resolvers.ts';
import {
  App,
  Article,
  Customer,
  KnowledgeBase,
  Organization,
  Section,
} from './people/external/external-entities.ts';
import { peopleResolvers } from './people/resolvers.ts';
import { staffActorsByEmail } from './staff/agent/actors.ts';
import { agentById } from './staff/agent/queries.ts';
import { departmentById } from './staff/department/queries.ts';
import { staffEntities, staffResolvers } from './staff/resolvers.ts';
import { fileEndpoint } from './ticketing/attachment/endpoint.ts';
import { attachmentById } from './ticketing/attachment/queries.ts';
import { redactEarlierEvents } from './ticketing/bin/erase-personal-data.ts';
import { ticketingEntities, ticketingResolvers } from './ticketing/resolvers.ts';
import { entityById } from './viewer/node-lookup.ts';
import { ViewerResolver } from './viewer/resolver.ts';
import { TicketForm, formEvents } from './configuration/form/form.ts';
import { View, viewEvents } from './lists/view/view.ts';
import { registerTagReferences } from './model/saved-filter/tag-references.ts';
import { Macro, macroEvents } from './operations/macro/macro.ts';
import { AccessRole, accessRoleEvents } from './staff/access/access-role.ts';
import { EscalationPath, escalationPathEvents } from './ticketing/escalation/path.ts';

// The columns that contain tags. A tag that gets a new name is renamed in them.
registerTagReferences({ Entity: View, column: 'filter', events: viewEvents });
registerTagReferences({ Entity: AccessRole, column: 'filter', events: accessRoleEvents });
registerTagReferences({ Entity: EscalationPath, column: 'filter', events: escalationPathEvents });
registerTagReferences({ Entity: TicketForm, column: 'fields', events: formEvents });
registerTagReferences({ Entity: Macro, column: 'actions', events: macroEvents });

/** The composition of the service: its groups, references, endpoints and background tasks. */
export const subgraph: SubgraphOptions = {
  name: 'tickets',
  entities: [
    ...modelEntities,
    ...staffEntities,
    ...configurationEntities,
    ...ticketingEntities,
    ...operationsEntities,
    ...listsEntities,
  ],
  resolvers: [
    ViewerResolver,
    ...staffResolvers,
    ...peopleResolvers,
    ...configurationResolvers,
    ...ticketingResolvers,
    ...operationsResolvers,
    ...historyResolvers,
    ...listsResolvers,
    ...liveResolvers,
  ],
  orphanedTypes: [System, App, Customer, Organization, Article, KnowledgeBase, Section],
  references: {
    Ticket: ({ id }, ctx) => ticketById(ctx, id),
    Message: ({ id }, ctx) => messageById(ctx, id),
    Attachment: ({ id }, ctx) => attachmentById(ctx, id),
    Agent: ({ id }, ctx) => agentById(ctx, id),
    Department: ({ id }, ctx) => departmentById(ctx, id),
    TicketCategory: ({ id }, ctx) => categoryById(ctx, id),
    TicketField: ({ id }, ctx) => fieldById(ctx, id),
    Customer: (reference) => reference,
    Organization: (reference) => reference,
  },
  findById: entityById,
  redactEvents: redactEarlierEvents,
  endpoints: (service) => ({
    'POST /who': lookupEndpoint(staffActorsByEmail(service.orm)),
    '/files/*': fileEndpoint(service),
  }),
  backgroundTasks: (service) => Object.values(backgroundTasks).map((start) => start(service)),
};
