export type Status = 'NEW' | 'OPEN' | 'PENDING' | 'ON_HOLD' | 'SOLVED' | 'CLOSED';
export type Person = 'ana' | 'bor';
export type Asker = 'marta' | 'eva';

/** Statuses of the workspace's own: what each refines, and what requesters read for it. */
export const CUSTOMS = {
  lab: { base: 'OPEN', face: 'In progress' },
  shelf: { base: 'OPEN', face: 'In progress' },
  packed: { base: 'OPEN', face: 'On its way' },
  papers: { base: 'PENDING', face: 'Papers, please' },
  maker: { base: 'ON_HOLD', face: 'Nobody reads this' },
  refunded: { base: 'SOLVED', face: 'Refunded' },
  replaced: { base: 'SOLVED', face: 'Replaced' },
} as const satisfies Record<string, { base: Status; face: string }>;
export type Custom = keyof typeof CUSTOMS;

/** A fact of the timeline, and whether a requester may know of it. */
export interface Told {
  type: string;
  open: boolean;
}

/** A ticket as simple as can be: what a person would keep in mind of it. */
export interface Model {
  status: Status;
  custom: Custom | null;
  /** Whether the field is filled that its form demands before SOLVED. */
  isFilled: boolean;
  assignee: Person | null;
  requester: Asker;
  snooze: { until: number | null; wakeOnReply: boolean } | null;
  spam: boolean;
  deletedAt: number | null;
  isGone: boolean;
  reopenCount: number;
  solvedAt: number | null;
  told: Told[];
}

export const DAY = 24 * 3_600_000;
export const CLOSE_AFTER = 28 * DAY;
export const PURGE_AFTER = 30 * DAY;

/** What the operation answers: codes with their field, none when it is done. */
export type Verdict = string[];
export const done: Verdict = [];

export const tell = (model: Model, type: string, open = false): void =>
  void model.told.push({ type, open });

export function created(requester: Asker): Model {
  const model: Model = {
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
    told: [],
  };
  tell(model, 'ticket.created', true);
  tell(model, 'message.added', true);
  return model;
}

/** What requesters read for a status. */
export const publicly = (status: Status): Status => (status === 'ON_HOLD' ? 'OPEN' : status);
/** What they read for what refines it. */
export const faceOf = ({ status, custom }: Pick<Model, 'status' | 'custom'>): string | null =>
  custom && status !== 'ON_HOLD' ? CUSTOMS[custom].face : null;

export function move(model: Model, to: Status, now: number, custom: Custom | null = null): void {
  const from = { ...model };
  if (from.status === to && from.custom === custom) return;
  Object.assign(model, { status: to, custom });
  if (from.status === 'SOLVED' && !['SOLVED', 'CLOSED'].includes(to)) model.reopenCount += 1;
  if (to === 'SOLVED') model.solvedAt = from.status === 'SOLVED' ? from.solvedAt : now;
  else if (to !== 'CLOSED') model.solvedAt = null;
  tell(
    model,
    'ticket.status_changed',
    publicly(from.status) !== publicly(to) || faceOf(from) !== faceOf(model),
  );
  if (to === 'SOLVED') wake(model);
}

export function wake(model: Model): void {
  if (!model.snooze) return;
  model.snooze = null;
  tell(model, 'ticket.woken');
}

/** Why somebody can't work on it: staff who may not restore it, or who may. */
export const barred = (model: Model, field: string, mayRestore = false): Verdict | undefined => {
  if (model.isGone || (model.deletedAt !== null && !mayRestore))
    return [`NOT_FOUND input.${field}`];
  return model.deletedAt === null ? undefined : [`TICKET_DELETED input.${field}`];
};

/** Why it can't be moved there by hand; `field` is what asks for it. */
export function refusal(
  { status: from, isFilled }: Model,
  to: Status,
  field: string,
): Verdict | undefined {
  if (to === 'CLOSED') return [`CLOSE_BY_HAND input.${field}`];
  if (from === 'CLOSED') return [`TICKET_CLOSED input.${field}`];
  if (to === 'NEW') return [`STATUS_NOT_ALLOWED input.${field}`];
  return to === 'SOLVED' && from !== 'SOLVED' && !isFilled
    ? ['FIELD_REQUIRED input.fields.cause']
    : undefined;
}
