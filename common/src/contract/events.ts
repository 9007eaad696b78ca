import type { Role } from '../auth/access.ts';
import type { Identity } from '../auth/contact-identity.ts';
import type { ConfigurationEvents, ConfigurationStates } from './configuration-events.ts';
import type { Changes, EventCause, TicketEvents } from './ticket-events.ts';

interface AgentState {
  name: string;
  email: string;
  role: Role;
  accessRoleId: string | null;
  locale: string | null;
  active: boolean;
  departmentIds: readonly string[];
}

interface JobProgress {
  total: number;
  done: number;
  failed: number;
}

/** The other events of the tickets service. */
interface WorkspaceEvents {
  'agent.invited': { state: AgentState };
  'agent.updated': { state: AgentState; changes: Changes };
  'agent.deactivated': { state: AgentState; changes?: Changes | undefined };
  'settings.updated': { changes: Changes };
  'notification_preferences.updated': { preferences: readonly object[] };
  /** A user made a view their default, or stopped using it as such. */
  'view.chosen': { state: ConfigurationStates['view'] };
  'view.left': { state: ConfigurationStates['view'] };
  'macro.applied': { ticketId: string };
  'bulk_job.started': { action: object; total: number };
  'bulk_job.cancelled': JobProgress;
  /** The end of a bulk job. */
  'ticket.bulk_updated': JobProgress;
  'sender.blocked': { address: string };
  'sender.unblocked': { address: string };
  /** A contact without a customer wrote; the customers service creates one with this id. */
  'requester.met': { id: string; name: string | null } & Identity;
}

/** The state of a customer in its events. */
interface CustomerState {
  name: string;
  kind: string;
  identities: readonly Identity[];
  organizationIds: readonly string[];
  locale: string | null;
  tier: string | null;
  seesOrganizationTickets: boolean;
}

interface OrganizationState {
  name: string;
  domains: readonly string[];
  tier: string | null;
  externalIds?: readonly string[];
}

/** The events of the customers service. */
interface CustomerEvents {
  'customer.created': { state: CustomerState };
  'customer.updated': { state: CustomerState; changes: Changes };
  /** The customer `from` turned out to be the customer `into`. */
  'customer.merged': { from: string; into: string };
  'organization.created': { state: OrganizationState };
  'organization.updated': { state: OrganizationState; changes: Changes };
}

export interface ArticleState {
  title: string;
  slug: string;
  knowledgeBaseId: string;
  sectionId: string | null;
  kind: string;
  audience: string;
  ownerId: string | null;
  newestNumber: number;
  publicNumber: number | null;
  archived: boolean;
}

/** The events of the knowledge base service. */
interface KnowledgeBaseEvents {
  'knowledge_base.created': {
    state: { name: string; slug: string; audience: string; locales: readonly string[] };
  };
  'section.created': {
    state: {
      knowledgeBaseId: string;
      parentId: string | null;
      titles: Record<string, string>;
      position: number;
    };
  };
  'article.created': { state: ArticleState };
  'article.updated': { state: ArticleState; changes: Changes };
  'article.published': { state: ArticleState; number: number; publicFrom: string };
  'article.archived': { state: ArticleState };
}

/** The catalogue of events: every type that a service appends to its log, with its data. */
export type EventCatalogue = TicketEvents &
  ConfigurationEvents &
  WorkspaceEvents &
  CustomerEvents &
  KnowledgeBaseEvents;

export type EventType = keyof EventCatalogue;

/** The data of events of a type. */
export type EventData<Type extends EventType> = EventCatalogue[Type] & { because?: EventCause };

/**
 * The versions of the data that are not 1. New optional properties keep the version; consumers must
 * expect that older events lack them. Any other change needs a new version, which its events then
 * contain as `payloadVersion`.
 */
export const EVENT_VERSIONS: { readonly [Type in EventType]?: number } = {};

/**
 * Narrows an event of a log to types of the catalogue. Older events may lack optional properties, and
 * those that were added to the state later.
 *
 * @example
 * if (isEvent(event, 'customer.merged')) await mergeRequesters(ctx, event.data.from, event.data.into);
 */
export const isEvent = <Event extends { type: string; data: unknown }, Type extends EventType>(
  event: Event,
  ...types: Type[]
): event is Event & { type: Type; data: EventData<Type> } =>
  (types as string[]).includes(event.type);
