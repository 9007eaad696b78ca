import type { Role } from '../auth/access.ts';
import type { TicketPriority, TicketStatus } from './ticket-enums.ts';
import type { Changes } from './ticket-events.ts';

/**
 * The state of each kind of configuration entity in its events: `<kind>.created`, `<kind>.updated`
 * and `<kind>.deleted`.
 */
export interface ConfigurationStates {
  access_role: { name: string; base: Role; scopes: readonly string[]; filter: object | null };
  canned_response: {
    title: string;
    shortcut: string | null;
    body: string;
    /** Translations by locale. */
    bodies: Record<string, string>;
    departmentId: string | null;
  };
  category: {
    name: string;
    /** Translations by locale. */
    names: Record<string, string>;
    parentId: string | null;
    departmentId: string | null;
    priority: TicketPriority | null;
  };
  custom_status: { base: TicketStatus; label: string; requesterLabel: string };
  department: { name: string };
  escalation_path: { name: string; filter: object; steps: readonly object[] };
  field: {
    key: string;
    label: string;
    kind: string;
    options: readonly string[];
    pattern: string | null;
    visibleToRequester: boolean;
    editableByRequester: boolean;
  };
  form: { name: string; public: boolean; fields: readonly object[] };
  macro: { name: string; departmentId: string | null; actions: readonly object[] };
  tag: { name: string; color: string | null };
  view: {
    name: string;
    sharing: string;
    ownerId: string | null;
    departmentId: string | null;
    filter: object | null;
    orderBy: readonly object[] | null;
    columns: readonly string[] | null;
    groupBy: string | null;
  };
}

export type ConfigurationKind = keyof ConfigurationStates;

/** The data of the events of configuration entities. */
export type ConfigurationEvents = {
  [Kind in ConfigurationKind as `${Kind}.created` | `${Kind}.deleted`]: {
    state: ConfigurationStates[Kind];
  };
} & {
  [Kind in ConfigurationKind as `${Kind}.updated`]: {
    state: ConfigurationStates[Kind];
    changes: Changes;
  };
};
