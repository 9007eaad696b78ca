export type Status = 'NEW' | 'OPEN' | 'PENDING' | 'ON_HOLD' | 'SOLVED' | 'CLOSED';
export type AgentKey = 'ana' | 'bor';
export type RequesterKey = 'marta' | 'eva';

/** Statuses of the workspace's own: what each refines, and what requesters read for it. */
export const CUSTOM_STATUSES = {
  lab: { base: 'OPEN', face: 'In progress' },
  shelf: { base: 'OPEN', face: 'In progress' },
  packed: { base: 'OPEN', face: 'On its way' },
  papers: { base: 'PENDING', face: 'Papers, please' },
  maker: { base: 'ON_HOLD', face: 'Nobody reads this' },
  refunded: { base: 'SOLVED', face: 'Refunded' },
  replaced: { base: 'SOLVED', face: 'Replaced' },
} as const satisfies Record<string, { base: Status; face: string }>;
export type CustomStatusKey = keyof typeof CUSTOM_STATUSES;

/** A fact of the timeline, and whether a requester may know of it. */
export interface ModelEvent {
  type: string;
  isPublic: boolean;
}

/** A ticket as simple as can be: what a person would keep in mind of it. */
export interface TicketModel {
  status: Status;
  custom: CustomStatusKey | null;
  /** Whether the field is filled that its form demands before SOLVED. */
  isFilled: boolean;
  assignee: AgentKey | null;
  requester: RequesterKey;
  snooze: { until: number | null; wakeOnReply: boolean } | null;
  spam: boolean;
  deletedAt: number | null;
  isGone: boolean;
  reopenCount: number;
  solvedAt: number | null;
  events: ModelEvent[];
}

export const DAY = 24 * 3_600_000;
export const CLOSE_AFTER = 28 * DAY;
export const PURGE_AFTER = 30 * DAY;

/** What the operation answers: codes with their field, none when it is done. */
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
    isGone: false,
    reopenCount: 0,
    solvedAt: null,
    events: [],
  };
  addEvent(model, 'ticket.created', true);
  addEvent(model, 'message.added', true);
  return model;
}

/** What requesters read for a status. */
export const publicStatus = (status: Status): Status => (status === 'ON_HOLD' ? 'OPEN' : status);
/** What they read for what refines it. */
export const requesterLabel = ({
  status,
  custom,
}: Pick<TicketModel, 'status' | 'custom'>): string | null =>
  custom && status !== 'ON_HOLD' ? CUSTOM_STATUSES[custom].face : null;

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

/** Why somebody can't work on it: staff who may not restore it, or who may. */
export const accessErrors = (
  model: TicketModel,
  field: string,
  mayRestore = false,
): ErrorCodes | undefined => {
  if (model.isGone || (model.deletedAt !== null && !mayRestore))
    return [`NOT_FOUND input.${field}`];
  return model.deletedAt === null ? undefined : [`TICKET_DELETED input.${field}`];
};

/** Why it can't be moved there by hand; `field` is what asks for it. */
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
