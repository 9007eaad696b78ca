import 'reflect-metadata';
import './refusals/refusals.ts';
import { startScheduler } from '@deskgraph/common/jobs/scheduler';
import { System } from '@deskgraph/common/graphql/shared-types';
import type { Service, SubgraphOptions } from '@deskgraph/common/service/subgraph';
import { lookupEndpoint } from '@deskgraph/common/auth/identity-lookup';
import { AccessRoleResolver, AgentAccess } from './staff/access/resolver.ts';
import { AccessRole, accessRoleEvents } from './staff/access/access-role.ts';
import { FieldsOfAction } from './operations/action/resolver.ts';
import { Agent } from './staff/agent/agent.ts';
import { agentById } from './staff/agent/queries.ts';
import { AgentResolver } from './staff/agent/resolver.ts';
import { staffActorsByEmail } from './staff/agent/actors.ts';
import { Attachment } from './ticketing/attachment/attachment.ts';
import { fileEndpoint } from './ticketing/attachment/endpoint.ts';
import { openFiles } from './ticketing/attachment/files.ts';
import { attachmentById } from './ticketing/attachment/queries.ts';
import {
  AttachmentResolver,
  MessageAttachments,
  TicketAttachments,
} from './ticketing/attachment/resolver.ts';
import { TicketCategory } from './configuration/category/category.ts';
import { categoryById } from './configuration/category/queries.ts';
import { CategoryOfTicket, TicketCategoryResolver } from './configuration/category/resolver.ts';
import { redactEarlierEvents } from './ticketing/bin/erase-personal-data.ts';
import { TicketBin } from './ticketing/bin/resolver.ts';
import { BulkJob } from './operations/bulk/job.ts';
import { BulkJobResolver, BulkResultTicket } from './operations/bulk/resolver.ts';
import { openBulkWatch } from './operations/bulk/progress.ts';
import { bulkTimer } from './operations/bulk/runner.ts';
import { EventCause } from './operations/cause/resolver.ts';
import { CannedResponse } from './configuration/canned-response/canned-response.ts';
import { CannedResponseResolver } from './configuration/canned-response/resolver.ts';
import { TicketContributions } from './history/contribution/resolver.ts';
import { Department } from './staff/department/department.ts';
import { departmentById } from './staff/department/queries.ts';
import { DepartmentResolver } from './staff/department/resolver.ts';
import { Draft } from './ticketing/draft/draft.ts';
import { DraftResolver, TicketDrafts } from './ticketing/draft/resolver.ts';
import { EscalationPath, escalationPathEvents } from './ticketing/escalation/path.ts';
import {
  EscalationFields,
  EscalationOfTicket,
  EscalationPathResolver,
  EscalationSteps,
} from './ticketing/escalation/resolver.ts';
import { escalationTask } from './ticketing/escalation/escalate.ts';
import { TicketEventResolver, TicketTimeline } from './history/event/resolver.ts';
import { MessageAdded, TicketSubscriptions } from './history/event/subscription.ts';
import { fieldById } from './model/field/queries.ts';
import { TicketField } from './model/field/field.ts';
import { FieldsOfTicket, TicketFieldResolver } from './configuration/field/resolver.ts';
import { TicketForm, formEvents } from './configuration/form/form.ts';
import { FieldOfForm, FormOfTicket, TicketFormResolver } from './configuration/form/resolver.ts';
import {
  App,
  Article,
  Customer,
  KnowledgeBase,
  Organization,
  Section,
} from './people/external/external-entities.ts';
import { CustomerTickets, OrganizationTickets } from './people/external/resolver.ts';
import { SimilarTickets, TicketClusters } from './lists/similarity/resolver.ts';
import { TicketImport } from './ticketing/import/resolver.ts';
import { TicketLinks } from './ticketing/link/resolver.ts';
import { TicketLists } from './lists/live-list/subscription.ts';
import { Macro, macroEvents } from './operations/macro/macro.ts';
import { MacroResolver, MacrosOfTicket } from './operations/macro/resolver.ts';
import { messageById } from './model/message/queries.ts';
import { Message } from './model/message/message.ts';
import { MessageResolver, TicketMessages } from './ticketing/message/resolver.ts';
import { Operation } from './model/operation/operation.ts';
import { OperationResolver, TicketOperations } from './operations/undo/resolver.ts';
import { ParticipantResolver, TicketParticipants } from './people/participant/resolver.ts';
import { TicketPast, TicketStateResolver } from './history/past/resolver.ts';
import {
  PresenceResolver,
  PresenceSetViewers,
  TicketViewers,
  UnseenViewers,
} from './live/presence/resolver.ts';
import { NextTicket } from './lists/next/resolver.ts';
import { openBell } from './live/notification/hub.ts';
import { followFacts } from './live/notification/follow.ts';
import { NotificationResolver, ViewerNotifications } from './live/notification/resolver.ts';
import { sweepNotifications } from './live/notification/sweep.ts';
import { openWatch } from './live/presence/watch.ts';
import { consumeCustomerEvents } from './people/requester/customer-events.ts';
import { SenderResolver } from './people/block-list/resolver.ts';
import { TicketHighlights } from './lists/search/resolver.ts';
import { SettingsResolver } from './staff/settings/resolver.ts';
import { TagResolver, TicketTags } from './configuration/tag/resolver.ts';
import { Tag } from './configuration/tag/tag.ts';
import { CustomStatusOfTicket, CustomStatusResolver } from './configuration/status/resolver.ts';
import { CustomStatus } from './configuration/status/status.ts';
import { TicketFields } from './ticketing/ticket/fields-resolver.ts';
import { ticketById } from './model/lookup/queries.ts';
import { SnoozeResolver } from './ticketing/snooze/resolver.ts';
import { TicketResolver } from './ticketing/ticket/resolver.ts';
import { Ticket } from './model/ticket/ticket.ts';
import { ticketTasks } from './ticketing/scheduled-tasks.ts';
import { entityById } from './viewer/node-lookup.ts';
import { ViewResolver } from './lists/view/resolver.ts';
import { View, viewEvents } from './lists/view/view.ts';
import { ViewerResolver } from './viewer/resolver.ts';
import { registerTagReferences } from './model/saved-filter/tag-references.ts';
import { Workspace } from './model/workspace/workspace.ts';

const clock = ({ orm, log, config }: Service): (() => Promise<void>) => {
  const scheduler = startScheduler({
    orm,
    log,
    url: config.DATABASE_URL,
    tasks: [...ticketTasks, escalationTask, bulkTimer],
  });
  return () => scheduler.stop();
};

/** What runs beside the requests. */
export const beside = {
  customers: consumeCustomerEvents,
  presence: openWatch,
  bulk: openBulkWatch,
  files: openFiles,
  clock,
  bell: openBell,
  notifications: followFacts,
  sweep: sweepNotifications,
};

registerTagReferences({ Entity: View, column: 'filter', events: viewEvents });
registerTagReferences({ Entity: AccessRole, column: 'filter', events: accessRoleEvents });
registerTagReferences({ Entity: EscalationPath, column: 'filter', events: escalationPathEvents });
registerTagReferences({ Entity: TicketForm, column: 'fields', events: formEvents });
registerTagReferences({ Entity: Macro, column: 'actions', events: macroEvents });

/** The concepts of this service; the only file that knows them all. */
export const subgraph: SubgraphOptions = {
  name: 'tickets',
  entities: [
    Workspace,
    AccessRole,
    Agent,
    Department,
    Tag,
    TicketCategory,
    TicketField,
    CustomStatus,
    TicketForm,
    Ticket,
    Message,
    Attachment,
    Draft,
    View,
    CannedResponse,
    EscalationPath,
    Macro,
    BulkJob,
    Operation,
  ],
  resolvers: [
    ViewerResolver,
    SettingsResolver,
    AgentResolver,
    AccessRoleResolver,
    AgentAccess,
    DepartmentResolver,
    TagResolver,
    TicketCategoryResolver,
    CustomerTickets,
    OrganizationTickets,
    TicketResolver,
    SnoozeResolver,
    TicketBin,
    TicketImport,
    TicketFields,
    TicketTags,
    CategoryOfTicket,
    TicketFieldResolver,
    FieldsOfTicket,
    CustomStatusResolver,
    CustomStatusOfTicket,
    TicketFormResolver,
    FieldOfForm,
    FormOfTicket,
    FieldsOfAction,
    TicketMessages,
    TicketHighlights,
    OperationResolver,
    TicketLinks,
    SimilarTickets,
    TicketClusters,
    TicketOperations,
    MessageResolver,
    DraftResolver,
    TicketDrafts,
    SenderResolver,
    AttachmentResolver,
    MessageAttachments,
    TicketAttachments,
    TicketEventResolver,
    TicketTimeline,
    TicketStateResolver,
    TicketPast,
    TicketContributions,
    EventCause,
    TicketSubscriptions,
    MessageAdded,
    ParticipantResolver,
    TicketParticipants,
    PresenceResolver,
    PresenceSetViewers,
    TicketViewers,
    UnseenViewers,
    TicketLists,
    ViewResolver,
    NextTicket,
    NotificationResolver,
    ViewerNotifications,
    CannedResponseResolver,
    EscalationPathResolver,
    EscalationSteps,
    EscalationOfTicket,
    EscalationFields,
    MacroResolver,
    MacrosOfTicket,
    BulkJobResolver,
    BulkResultTicket,
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
  backgroundTasks: (service) => Object.values(beside).map((start) => start(service)),
};
