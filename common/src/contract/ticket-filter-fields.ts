import { type Actor, Role } from '../auth/access.ts';
import type {
  ChoiceFilter,
  DateTimeFilter,
  FieldFilter,
  IdFilter,
  NumberFilter,
  StringFilter,
  TagFilter,
} from '../filter/filter-inputs.ts';
import type { TicketFilter } from './ticket-filter.ts';
import type { TicketEventState } from './ticket-state.ts';

/** The kinds of fields and the values with which they are filtered. */
export interface FieldKinds {
  /** A typed id. */
  id: IdFilter;
  /** A list of typed ids. */
  idList: IdFilter;
  number: NumberFilter;
  /** The name of an enum value. */
  choice: ChoiceFilter<string>;
  /** A short text, compared case-insensitively. */
  text: StringFilter;
  instant: DateTimeFilter;
  boolean: boolean;
  /** Whether a nullable property has a value. */
  presence: boolean;
  tags: TagFilter;
  customFields: FieldFilter[];
  /** Full-text search. */
  search: string;
}
export type FieldKind = keyof FieldKinds;

export interface FieldDefinition {
  kind: FieldKind;
  /** The property of a ticket, and of the state in its events, that the field compares. */
  property?: keyof TicketEventState | 'id' | 'updatedAt';
  /** The column of the ticket table. A `text` column has a normalized copy, `<column>_word`. */
  column?: string;
  /** The prefix of the ids of kind `id`. */
  prefix?: string;
  /** No ticket matches when a requester filters by it. */
  staffOnly?: true;
  /** False when only today’s data can answer it, so that the past of tickets cannot. Default true. */
  inPast?: false;
  /** The filter of an access role may use it: every event has the property, no clock changes it. */
  inRights?: true;
  /** A condition of a form may use it: it can be evaluated before the ticket is stored. */
  inForms?: true;
  /** False when events do not contain the previous value of a change. Default true. */
  inChanges?: false;
}

export type TicketFilterField = Exclude<keyof TicketFilter, 'and' | 'or' | 'not'>;

/**
 * Every field of `TicketFilter`. The SQL condition, the evaluation in memory, the past of tickets,
 * access roles, live lists, forms and the analytics copy are derived from this table.
 */
export const TICKET_FILTER_FIELDS = {
  id: { kind: 'id', prefix: 'tkt', column: 'id', property: 'id' },
  number: { kind: 'number', column: 'number', property: 'number' },
  text: { kind: 'search', inPast: false },
  status: { kind: 'choice', column: 'status', property: 'status', inRights: true, inForms: true },
  customStatusId: {
    kind: 'id',
    prefix: 'sta',
    column: 'custom_status_id',
    property: 'customStatusId',
    staffOnly: true,
    inRights: true,
    inForms: true,
  },
  formId: {
    kind: 'id',
    prefix: 'frm',
    column: 'form_id',
    property: 'formId',
    staffOnly: true,
    inRights: true,
  },
  priority: {
    kind: 'choice',
    column: 'priority',
    property: 'priority',
    inRights: true,
    inForms: true,
  },
  channel: {
    kind: 'choice',
    column: 'channel',
    property: 'channel',
    inRights: true,
    inForms: true,
  },
  locale: { kind: 'text', column: 'locale', property: 'locale' },
  categoryId: {
    kind: 'id',
    prefix: 'cat',
    column: 'category_id',
    property: 'categoryId',
    inRights: true,
    inForms: true,
  },
  departmentId: {
    kind: 'id',
    prefix: 'dep',
    column: 'department_id',
    property: 'departmentId',
    inRights: true,
    inForms: true,
  },
  assigneeId: {
    kind: 'id',
    prefix: 'agt',
    column: 'assignee_id',
    property: 'assigneeId',
    inRights: true,
    inForms: true,
  },
  requesterId: {
    kind: 'id',
    prefix: 'cus',
    column: 'requester_id',
    property: 'requesterId',
    inRights: true,
    inForms: true,
  },
  followerId: {
    kind: 'idList',
    column: 'follower_ids',
    property: 'followerIds',
    staffOnly: true,
    inRights: true,
  },
  organizationId: {
    kind: 'id',
    prefix: 'org',
    column: 'organization_id',
    property: 'organizationId',
    inRights: true,
  },
  problemId: {
    kind: 'id',
    prefix: 'tkt',
    column: 'problem_id',
    property: 'problemId',
    staffOnly: true,
    inChanges: false,
  },
  tag: {
    kind: 'tags',
    column: 'tags',
    property: 'tags',
    staffOnly: true,
    inRights: true,
    inForms: true,
  },
  field: {
    kind: 'customFields',
    column: 'fields',
    property: 'fields',
    inRights: true,
    inForms: true,
  },
  product: { kind: 'text', column: 'product', property: 'product' },
  externalId: { kind: 'text', column: 'external_id', property: 'externalId' },
  createdAt: { kind: 'instant', column: 'created_at', property: 'createdAt' },
  updatedAt: { kind: 'instant', column: 'updated_at', property: 'updatedAt' },
  solvedAt: { kind: 'instant', column: 'solved_at', property: 'solvedAt' },
  closedAt: { kind: 'instant', column: 'closed_at', property: 'closedAt' },
  waitingSince: { kind: 'instant', column: 'waiting_since', property: 'waitingSince' },
  handled: { kind: 'boolean', column: 'handled', property: 'handled', inChanges: false },
  reopenCount: {
    kind: 'number',
    column: 'reopen_count',
    property: 'reopenCount',
    inChanges: false,
  },
  transferCount: {
    kind: 'number',
    column: 'transfer_count',
    property: 'transferCount',
    inChanges: false,
  },
  escalated: { kind: 'presence', column: 'escalation', property: 'escalation', staffOnly: true },
  snoozed: { kind: 'presence', column: 'snoozed_at', property: 'snooze', staffOnly: true },
  spam: { kind: 'boolean', column: 'spam', property: 'spam' },
  deleted: { kind: 'presence', column: 'deleted_at', property: 'deletedAt' },
} as const satisfies { [Field in TicketFilterField]-?: FieldDefinition & Matching<Field> };

/** The kinds whose values have the type that the field has in `TicketFilter`. */
type Matching<Field extends TicketFilterField> = {
  kind: {
    [Kind in FieldKind]: NonNullable<TicketFilter[Field]> extends FieldKinds[Kind] ? Kind : never;
  }[FieldKind];
};

type Fields = typeof TICKET_FILTER_FIELDS;

/** The properties of a ticket that can be filtered by. */
export type TicketFilterProperty = Extract<
  Fields[TicketFilterField],
  { property: string }
>['property'];

/** The definition of a field, by name. */
export const ticketFilterField = (field: TicketFilterField): FieldDefinition =>
  TICKET_FILTER_FIELDS[field];

export const TICKET_FILTER_FIELD_NAMES = Object.keys(TICKET_FILTER_FIELDS) as TicketFilterField[];

const fieldsWhere = (condition: (definition: FieldDefinition) => boolean): TicketFilterField[] =>
  TICKET_FILTER_FIELD_NAMES.filter((field) => condition(ticketFilterField(field)));

type FieldsOfKind<Kind extends FieldKind> = {
  [Field in TicketFilterField]: Fields[Field]['kind'] extends Kind ? Field : never;
}[TicketFilterField];

/** The fields that can be relative to now: time alone changes whether a ticket matches. */
export const INSTANT_FILTER_FIELDS = fieldsWhere(
  ({ kind }) => kind === 'instant',
) as FieldsOfKind<'instant'>[];

export const RIGHTS_FILTER_FIELDS = fieldsWhere(({ inRights }) => inRights === true);

export const FORM_FILTER_FIELDS = fieldsWhere(({ inForms }) => inForms === true);

export const PAST_FILTER_FIELDS = fieldsWhere(({ inPast }) => inPast !== false);

const propertiesOf = (fields: readonly TicketFilterField[]): TicketFilterProperty[] =>
  fields.flatMap((field) => (ticketFilterField(field).property as TicketFilterProperty) ?? []);

/** The properties that decide whether the filter of an access role matches a ticket. */
export const RIGHTS_PROPERTIES = propertiesOf(RIGHTS_FILTER_FIELDS);

/** The properties whose previous values are not in the changes of events. */
export const UNLOGGED_PROPERTIES = propertiesOf(
  fieldsWhere(({ inChanges }) => inChanges === false),
);

/** Whether a caller may filter by the fields that are for staff only. */
export const readsStaffFields = (actor: Actor): boolean => actor.role !== Role.REQUESTER;
