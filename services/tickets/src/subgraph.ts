import 'reflect-metadata';
import './refusals.ts';
import { startClock } from '@deskgraph/common/clock';
import { System } from '@deskgraph/common/graph';
import type { Service, SubgraphOptions } from '@deskgraph/common/subgraph';
import { whoDoor } from '@deskgraph/common/who';
import { AccessRoleResolver, AgentAccess } from './access/resolver.ts';
import { AccessRole } from './access/role.ts';
import { FieldsOfAction } from './action/fields.ts';
import { Agent } from './agent/agent.ts';
import { byId as agentById } from './agent/find.ts';
import { AgentResolver } from './agent/resolver.ts';
import { who } from './agent/who.ts';
import { Attachment } from './attachment/attachment.ts';
import { fileDoor } from './attachment/door.ts';
import { openFiles } from './attachment/files.ts';
import { byId as attachmentById } from './attachment/find.ts';
import {
  AttachmentResolver,
  MessageAttachments,
  TicketAttachments,
} from './attachment/resolver.ts';
import { fileTimers } from './attachment/timers.ts';
import { TicketCategory } from './category/category.ts';
import { byId as categoryById } from './category/find.ts';
import { CategoryOfTicket } from './category/of-ticket.ts';
import { TicketCategoryResolver } from './category/resolver.ts';
import { forgets } from './bin/forget.ts';
import { TicketBin } from './bin/resolver.ts';
import { BulkJob } from './bulk/job.ts';
import { BulkJobResolver, BulkResultTicket } from './bulk/resolver.ts';
import { openBulkWatch } from './bulk/watch.ts';
import { bulkTimer } from './bulk/work.ts';
import { EventCause } from './cause/resolver.ts';
import { CannedResponse } from './canned/canned.ts';
import { CannedResponseResolver } from './canned/resolver.ts';
import { TicketContributions } from './contribution/resolver.ts';
import { Department } from './department/department.ts';
import { byId as departmentById } from './department/find.ts';
import { DepartmentResolver } from './department/resolver.ts';
import { Draft } from './draft/draft.ts';
import { DraftResolver, TicketDrafts } from './draft/resolver.ts';
import { EscalationPath } from './escalation/path.ts';
import {
  EscalationFields,
  EscalationOfTicket,
  EscalationPathResolver,
  EscalationSteps,
} from './escalation/resolver.ts';
import { escalationTimer } from './escalation/rise.ts';
import { TicketEventResolver, TicketTimeline } from './event/resolver.ts';
import { MessageAdded, TicketSubscriptions } from './event/subscription.ts';
import { byId as fieldById } from './field/find.ts';
import { TicketField } from './field/field.ts';
import { FieldsOfTicket } from './field/of-ticket.ts';
import { TicketFieldResolver } from './field/resolver.ts';
import { TicketForm } from './form/form.ts';
import { FormOfTicket } from './form/of-ticket.ts';
import { FieldOfForm, TicketFormResolver } from './form/resolver.ts';
import { App, Article, Customer, KnowledgeBase, Organization, Section } from './foreign/foreign.ts';
import { CustomerTickets, OrganizationTickets } from './foreign/resolver.ts';
import { SimilarTickets, TicketClusters } from './likeness/resolver.ts';
import { TicketImport } from './import/resolver.ts';
import { TicketLinks } from './link/resolver.ts';
import { TicketLists } from './list/subscription.ts';
import { Macro } from './macro/macro.ts';
import { MacroResolver, MacrosOfTicket } from './macro/resolver.ts';
import { byId as messageById } from './message/find.ts';
import { Message } from './message/message.ts';
import { MessageResolver, TicketMessages } from './message/resolver.ts';
import { sendTimer } from './message/send.ts';
import { Operation } from './operation/operation.ts';
import { OperationResolver, TicketOperations } from './operation/resolver.ts';
import { ParticipantResolver, TicketParticipants } from './participant/resolver.ts';
import { TicketPast, TicketStateResolver } from './past/resolver.ts';
import {
  PresenceResolver,
  PresenceSetViewers,
  TicketViewers,
  UnseenViewers,
} from './presence/resolver.ts';
import { NextTicket } from './next/resolver.ts';
import { openBell } from './notification/bell.ts';
import { followFacts } from './notification/follow.ts';
import { NotificationResolver, ViewerNotifications } from './notification/resolver.ts';
import { sweepNotifications } from './notification/sweep.ts';
import { openWatch } from './presence/watch.ts';
import { followCustomers } from './requester/follow.ts';
import { SenderResolver } from './sender/resolver.ts';
import { TicketHighlights } from './search/resolver.ts';
import { SettingsResolver } from './settings/resolver.ts';
import { TicketTags } from './tag/of-ticket.ts';
import { TagResolver } from './tag/resolver.ts';
import { Tag } from './tag/tag.ts';
import { CustomStatusOfTicket } from './status/of-ticket.ts';
import { CustomStatusResolver } from './status/resolver.ts';
import { CustomStatus } from './status/status.ts';
import { TicketFields } from './ticket/fields.ts';
import { byId as ticketById } from './ticket/find.ts';
import { TicketResolver } from './ticket/resolver.ts';
import { Ticket } from './ticket/ticket.ts';
import { timers } from './ticket/timers.ts';
import { own } from './viewer/node.ts';
import { ViewResolver } from './view/resolver.ts';
import { View } from './view/view.ts';
import { ViewerResolver } from './viewer/resolver.ts';
import { Workspace } from './workspace/workspace.ts';

const clock = ({ orm, log, config }: Service): (() => Promise<void>) =>
  startClock({
    orm,
    log,
    url: config.DATABASE_URL,
    timers: [...timers, ...fileTimers, sendTimer, escalationTimer, bulkTimer],
  }).stop;

/** What runs beside the requests. */
export const beside = {
  customers: followCustomers,
  presence: openWatch,
  bulk: openBulkWatch,
  files: openFiles,
  clock,
  bell: openBell,
  notifications: followFacts,
  sweep: sweepNotifications,
};

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
  find: own,
  forgets,
  doors: (service) => ({ 'POST /who': whoDoor(who(service.orm)), '/files/*': fileDoor(service) }),
  beside: (service) => Object.values(beside).map((start) => start(service)),
};
