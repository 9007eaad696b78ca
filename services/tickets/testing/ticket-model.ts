export type Status = 'NEW' | 'OPEN' | 'PENDING' | 'ON_HOLD' | 'SOLVED' | 'CLOSED';
export type AgentKey = 'ana' | 'bor';
export type RequesterKey = 'marta' | 'eva';

/** The custom statuses of the workspace, with their base and the label that requesters see. */
export const CUSTOM_STATUSES = {
  lab: { base: 'OPEN', requesterLabel: 'In progress' },
  shelf: { base: 'OPEN', requesterLabel: 'In progress' },
  packed: { base: 'OPEN', requesterLabel: 'On its way' },
  papers: { base: 'PENDING', requesterLabel: 'Papers, please' },
  maker: { base: 'ON_HOLD', requesterLabel: 'Nobody reads this' },
  refunded: { base: 'SOLVED', requesterLabel: 'Refunded' },
  replaced: { base: 'SOLVED', requesterLabel: 'Replaced' },
} as const satisfies Record<string, { base: Status; requesterLabel: string }>;
export type CustomStatusKey = keyof typeof CUSTOM_STATUSES;

/** An event of the timeline, and whether requesters may see it. */
export interface ModelEvent {
  type: string;
  isPublic: boolean;
}

/** A minimal model of a ticket, independent of the implementation. */
export interface TicketModel {
  status: Status;
  custom: CustomStatusKey | null;
  /** Whether the field is filled that the form requires before SOLVED. */
  isFilled: boolean;
  assignee: AgentKey | null;
  requester: RequesterKey;
  snooze: { until: number | null; wakeOnReply: boolean } | null;
  spam: boolean;
  deletedAt: number | null;
  isPurged: boolean;
  reopenCount: number;
  solvedAt: number | null;
  events: ModelEvent[];
}

export const DAY = 24 * 3_600_000;
export const CLOSE_AFTER = 28 * DAY;
export const PURGE_AFTER = 30 * DAY;

/** The user errors of an operation, as `CODE path`; empty when it succeeds. */
export type ErrorCodes = string[];
export const NO_ERRORS: ErrorCodes = [];

export const addEvent = (model: TicketModel, type: string, open = false): void =>
  void model.events.push({ type, isPublic: open });

export function newTicketModel(requester: RequesterKey): TicketModel {
  const model: TicketModel = {
    status: 'NEW',
    custom: null,
    isFilled: false,
    assignee: null,
    requester,
    snooze: null,
    spam: false,
    deletedAt: null,
    isPurged: false,
    reopenCount: 0,
    solvedAt: null,
    events: [],
  };
  addEvent(model, 'ticket.created', true);
  addEvent(model, 'message.added', true);
  return model;
}

/** The status that requesters see. */
export const publicStatus = (status: Status): Status => (status === 'ON_HOLD' ? 'OPEN' : status);
/** The label of the custom status that requesters see. */
export const requesterLabel = ({
  status,
  custom,
}: Pick<TicketModel, 'status' | 'custom'>): string | null =>
  custom && status !== 'ON_HOLD' ? CUSTOM_STATUSES[custom].requesterLabel : null;

export function changeStatus(
  model: TicketModel,
  to: Status,
  now: number,
  custom: CustomStatusKey | null = null,
): void {
  const from = { ...model };
  if (from.status === to && from.custom === custom) return;
  Object.assign(model, { status: to, custom });
  if (from.status === 'SOLVED' && !['SOLVED', 'CLOSED'].includes(to)) model.reopenCount += 1;
  if (to === 'SOLVED') model.solvedAt = from.status === 'SOLVED' ? from.solvedAt : now;
  else if (to !== 'CLOSED') model.solvedAt = null;
  addEvent(
    model,
    'ticket.status_changed',
    publicStatus(from.status) !== publicStatus(to) ||
      requesterLabel(from) !== requesterLabel(model),
  );
  if (to === 'SOLVED') endSnooze(model);
}

export function endSnooze(model: TicketModel): void {
  if (!model.snooze) return;
  model.snooze = null;
  addEvent(model, 'ticket.woken');
}

/**
 * The errors of an operation on a deleted or purged ticket, for staff who may restore it or not.
 */
export const accessErrors = (
  model: TicketModel,
  field: string,
  canRestore = false,
): ErrorCodes | undefined => {
  if (model.isPurged || (model.deletedAt !== null && !canRestore))
    return [`NOT_FOUND input.${field}`];
  return model.deletedAt === null ? undefined : [`TICKET_DELETED input.${field}`];
};

/** The errors of a manual status change; `field` is the input field of the new status. */
export function statusErrors(
  { status: from, isFilled }: TicketModel,
  to: Status,
  field: string,
): ErrorCodes | undefined {
  if (to === 'CLOSED') return [`CLOSE_BY_HAND input.${field}`];
  if (from === 'CLOSED') return [`TICKET_CLOSED input.${field}`];
  if (to === 'NEW') return [`STATUS_NOT_ALLOWED input.${field}`];
  return to === 'SOLVED' && from !== 'SOLVED' && !isFilled
    ? ['FIELD_REQUIRED input.fields.cause']
    : undefined;
}
