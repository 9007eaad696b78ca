import {
  type Asker,
  CLOSE_AFTER,
  CUSTOMS,
  type Custom,
  type Model,
  PURGE_AFTER,
  type Person,
  type Status,
  type Verdict,
  barred,
  done,
  move,
  refusal,
  tell,
  wake,
} from './model.ts';

/** Each operation of an agent or, where it says so, of others; `now` in milliseconds. */
export const OPERATIONS = {
  write(model: Model, who: Asker, now: number): Verdict {
    if (model.isGone || model.deletedAt !== null || model.requester !== who)
      return ['NOT_FOUND input.ticketId'];
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
    const refused = status && refusal(model, status, 'status');
    if (refused) return refused;
    tell(model, 'message.added', true);
    if (status === 'SOLVED' && model.status !== 'SOLVED') model.assignee ??= 'ana';
    if (status) move(model, status, now);
    else if (model.status === 'NEW') move(model, 'OPEN', now);
    return done;
  },
  note(model: Model): Verdict {
    const no = barred(model, 'ticketId');
    if (no) return no;
    tell(model, 'message.added');
    return done;
  },
  change(model: Model, aim: { status: Status } | { custom: Custom }, now: number): Verdict {
    const no = barred(model, 'id');
    if (no) return no;
    const custom = 'custom' in aim ? aim.custom : null;
    const to = 'custom' in aim ? CUSTOMS[aim.custom].base : aim.status;
    const refused = refusal(model, to, custom ? 'customStatusId' : 'status');
    if (refused) return refused;
    if (model.status === to && model.custom === custom) return done;
    if (to === 'SOLVED' && model.status !== to) model.assignee ??= 'ana';
    move(model, to, now, custom);
    return done;
  },
  /** By its requester, or by an agent. */
  reopen(model: Model, who: Asker | 'ana', now: number, isExplained: boolean): Verdict {
    const isAgent = who === 'ana';
    if (!isAgent && (model.isGone || model.deletedAt !== null || model.requester !== who))
      return ['NOT_FOUND input.id'];
    const no = barred(model, 'id');
    if (no) return no;
    if (model.status === 'CLOSED') return ['TICKET_CLOSED input.id'];
    if (model.status !== 'SOLVED') return ['STATUS_NOT_ALLOWED input.id'];
    if (isExplained) tell(model, 'message.added', !isAgent);
    move(model, 'OPEN', now);
    return done;
  },
  fill(model: Model, isFilled: boolean): Verdict {
    const no = barred(model, 'id');
    if (no) return no;
    if (model.isFilled !== isFilled) tell(model, 'ticket.updated');
    model.isFilled = isFilled;
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
    if (model.status === 'SOLVED')
      events.push([model.solvedAt! + CLOSE_AFTER, () => move(model, 'CLOSED', now)]);
    if (model.snooze?.until) events.push([model.snooze.until, () => wake(model)]);
    if (model.deletedAt !== null)
      events.push([
        model.deletedAt + PURGE_AFTER,
        () => {
          model.isGone = true;
          tell(model, 'ticket.purged');
        },
      ]);
    for (const [, happen] of events.filter(([at]) => at <= now).toSorted(([a], [b]) => a - b))
      happen();
  },
};
