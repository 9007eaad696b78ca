export type Status = 'NEW' | 'OPEN' | 'PENDING' | 'ON_HOLD' | 'SOLVED' | 'CLOSED';
export type Person = 'ana' | 'bor';
export type Asker = 'marta' | 'eva';

/** A fact of the timeline, and whether a requester may know of it. */
export interface Told {
  type: string;
  open: boolean;
}

/** A ticket as simple as can be: what a person would keep in mind of it. */
export interface Model {
  status: Status;
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
const done: Verdict = [];

const tell = (model: Model, type: string, open = false): void => void model.told.push({ type, open });

export function created(requester: Asker): Model {
  const model: Model = {
    status: 'NEW',
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

function move(model: Model, to: Status, now: number): void {
  const from = model.status;
  if (from === to) return;
  model.status = to;
  if (from === 'SOLVED' && to !== 'CLOSED') model.reopenCount += 1;
  if (to === 'SOLVED') model.solvedAt = now;
  else if (to !== 'CLOSED') model.solvedAt = null;
  tell(model, 'ticket.status_changed', publicly(from) !== publicly(to));
  if (to === 'SOLVED') wake(model);
}

function wake(model: Model): void {
  if (!model.snooze) return;
  model.snooze = null;
  tell(model, 'ticket.woken');
}

/** Why somebody can't work on it: staff who may not restore it, or who may. */
const barred = (model: Model, field: string, mayRestore = false): Verdict | undefined => {
  if (model.isGone || (model.deletedAt !== null && !mayRestore)) return [`NOT_FOUND input.${field}`];
  return model.deletedAt === null ? undefined : [`TICKET_DELETED input.${field}`];
};

/** Each operation of an agent or, where it says so, of others; `now` in milliseconds. */
export const OPERATIONS = {
  write(model: Model, who: Asker, now: number): Verdict {
    if (model.isGone || model.deletedAt !== null || model.requester !== who) return ['NOT_FOUND input.ticketId'];
    if (model.status === 'CLOSED') {
      tell(model, 'ticket.followed_up', true);
      return done;
    }
    tell(model, 'message.added', true);
    if (['PENDING', 'ON_HOLD', 'SOLVED'].includes(model.status)) move(model, 'OPEN', now);
    if (model.snooze?.wakeOnReply) wake(model);
    return done;
  },
  answer(model: Model, now: number, status?: Status): Verdict {
    const no = barred(model, 'ticketId');
    if (no) return no;
    if (model.status === 'CLOSED') return ['TICKET_CLOSED input.ticketId'];
    if (status && status !== model.status) {
      const refused = refusal(model.status, status);
      if (refused) return [`${refused} input.status`];
    }
    tell(model, 'message.added', true);
    if (status === 'SOLVED' && model.status !== 'SOLVED') model.assignee ??= 'ana';
    move(model, status ?? (model.status === 'NEW' ? 'OPEN' : model.status), now);
    return done;
  },
  note(model: Model): Verdict {
    const no = barred(model, 'ticketId');
    if (no) return no;
    tell(model, 'message.added');
    return done;
  },
  change(model: Model, to: Status, now: number): Verdict {
    const no = barred(model, 'id');
    if (no) return no;
    if (model.status === to && to !== 'CLOSED') return done;
    const refused = refusal(model.status, to);
    if (refused) return [`${refused} input.status`];
    if (to === 'SOLVED') model.assignee ??= 'ana';
    move(model, to, now);
    return done;
  },
  assign(model: Model, to: Person | null, now: number): Verdict {
    const no = barred(model, 'id');
    if (no) return no;
    if (model.status === 'CLOSED') return ['TICKET_CLOSED input.id'];
    if (model.assignee === to) return done;
    model.assignee = to;
    tell(model, 'ticket.assigned', true);
    if (to && model.status === 'NEW') move(model, 'OPEN', now);
    return done;
  },
  snooze(model: Model, until: number | null, wakeOnReply: boolean, now: number): Verdict {
    const no = barred(model, 'id');
    if (no) return no;
    if (model.status === 'CLOSED') return ['TICKET_CLOSED input.id'];
    if (model.status === 'SOLVED') return ['STATUS_NOT_ALLOWED input.id'];
    if (until !== null && until <= now) return ['INVALID input.until'];
    if (until === null && !wakeOnReply) return ['INVALID input.wakeOnReply'];
    model.snooze = { until, wakeOnReply };
    tell(model, 'ticket.snoozed');
    return done;
  },
  wake(model: Model): Verdict {
    const no = barred(model, 'id');
    if (no) return no;
    wake(model);
    return done;
  },
  mark(model: Model, spam: boolean): Verdict {
    const no = barred(model, 'id');
    if (no) return no;
    if (model.spam !== spam) tell(model, 'ticket.spam_marked');
    model.spam = spam;
    return done;
  },
  give(model: Model, to: Asker): Verdict {
    const no = barred(model, 'id');
    if (no) return no;
    if (model.status === 'CLOSED') return ['TICKET_CLOSED input.id'];
    if (model.requester !== to) tell(model, 'ticket.requester_changed');
    model.requester = to;
    return done;
  },
  /** By a lead, as are the next two. */
  remove(model: Model, now: number): Verdict {
    if (model.isGone) return ['NOT_FOUND input.id'];
    if (model.deletedAt === null) {
      model.deletedAt = now;
      tell(model, 'ticket.deleted');
    }
    return done;
  },
  restore(model: Model): Verdict {
    if (model.isGone) return ['NOT_FOUND input.id'];
    if (model.deletedAt !== null) tell(model, 'ticket.restored');
    model.deletedAt = null;
    return done;
  },
  /** By an administrator. */
  purge(model: Model): Verdict {
    if (model.isGone) return ['NOT_FOUND input.id'];
    if (model.deletedAt === null) return ['NOT_DELETED input.id'];
    model.isGone = true;
    tell(model, 'ticket.purged');
    return done;
  },
  /** Nobody does this one: time does. */
  pass(model: Model, now: number): void {
    const events: [number, () => void][] = [];
    if (model.isGone) return;
    if (model.status === 'SOLVED') events.push([model.solvedAt! + CLOSE_AFTER, () => move(model, 'CLOSED', now)]);
    if (model.snooze?.until) events.push([model.snooze.until, () => wake(model)]);
    if (model.deletedAt !== null)
      events.push([
        model.deletedAt + PURGE_AFTER,
        () => {
          model.isGone = true;
          tell(model, 'ticket.purged');
        },
      ]);
    for (const [, happen] of events.filter(([at]) => at <= now).toSorted(([a], [b]) => a - b)) happen();
  },
};

function refusal(from: Status, to: Status): string | undefined {
  if (to === 'CLOSED') return 'CLOSE_BY_HAND';
  if (from === 'CLOSED') return 'TICKET_CLOSED';
  return to === 'NEW' ? 'STATUS_NOT_ALLOWED' : undefined;
}
