import {
  type RequesterKey,
  CLOSE_AFTER,
  CUSTOM_STATUSES,
  type CustomStatusKey,
  type TicketModel,
  PURGE_AFTER,
  type AgentKey,
  type Status,
  type ErrorCodes,
  accessErrors,
  NO_ERRORS,
  changeStatus,
  statusErrors,
  addEvent,
  endSnooze,
} from './ticket-model.ts';

/** The operations. Without a comment they are those of an agent; `now` is in milliseconds. */
export const OPERATIONS = {
  /** A message of a requester. */
  write(model: TicketModel, who: RequesterKey, now: number): ErrorCodes {
    if (model.isPurged || model.deletedAt !== null || model.requester !== who)
      return ['NOT_FOUND input.ticketId'];
    if (model.status === 'CLOSED') {
      addEvent(model, 'ticket.followed_up', true);
      return NO_ERRORS;
    }
    addEvent(model, 'message.added', true);
    if (['PENDING', 'ON_HOLD', 'SOLVED'].includes(model.status)) changeStatus(model, 'OPEN', now);
    if (model.snooze?.wakeOnReply) endSnooze(model);
    return NO_ERRORS;
  },
  answer(model: TicketModel, now: number, status?: Status): ErrorCodes {
    const errors = accessErrors(model, 'ticketId');
    if (errors) return errors;
    if (model.status === 'CLOSED') return ['TICKET_CLOSED input.ticketId'];
    const refused = status && statusErrors(model, status, 'status');
    if (refused) return refused;
    addEvent(model, 'message.added', true);
    if (status === 'SOLVED' && model.status !== 'SOLVED') model.assignee ??= 'ana';
    if (status) changeStatus(model, status, now);
    else if (model.status === 'NEW') changeStatus(model, 'OPEN', now);
    return NO_ERRORS;
  },
  note(model: TicketModel): ErrorCodes {
    const errors = accessErrors(model, 'ticketId');
    if (errors) return errors;
    addEvent(model, 'message.added');
    return NO_ERRORS;
  },
  change(
    model: TicketModel,
    target: { status: Status } | { custom: CustomStatusKey },
    now: number,
  ): ErrorCodes {
    const errors = accessErrors(model, 'id');
    if (errors) return errors;
    const custom = 'custom' in target ? target.custom : null;
    const to = 'custom' in target ? CUSTOM_STATUSES[target.custom].base : target.status;
    const refused = statusErrors(model, to, custom ? 'customStatusId' : 'status');
    if (refused) return refused;
    if (model.status === to && model.custom === custom) return NO_ERRORS;
    if (to === 'SOLVED' && model.status !== to) model.assignee ??= 'ana';
    changeStatus(model, to, now, custom);
    return NO_ERRORS;
  },
  /** By the requester, or by an agent. */
  reopen(
    model: TicketModel,
    who: RequesterKey | 'ana',
    now: number,
    isExplained: boolean,
  ): ErrorCodes {
    const isAgent = who === 'ana';
    if (!isAgent && (model.isPurged || model.deletedAt !== null || model.requester !== who))
      return ['NOT_FOUND input.id'];
    const errors = accessErrors(model, 'id');
    if (errors) return errors;
    if (model.status === 'CLOSED') return ['TICKET_CLOSED input.id'];
    if (model.status !== 'SOLVED') return ['STATUS_NOT_ALLOWED input.id'];
    if (isExplained) addEvent(model, 'message.added', !isAgent);
    changeStatus(model, 'OPEN', now);
    return NO_ERRORS;
  },
  fill(model: TicketModel, isFilled: boolean): ErrorCodes {
    const errors = accessErrors(model, 'id');
    if (errors) return errors;
    if (model.isFilled !== isFilled) addEvent(model, 'ticket.updated');
    model.isFilled = isFilled;
    return NO_ERRORS;
  },
  assign(model: TicketModel, to: AgentKey | null, now: number): ErrorCodes {
    const errors = accessErrors(model, 'id');
    if (errors) return errors;
    if (model.status === 'CLOSED') return ['TICKET_CLOSED input.id'];
    if (model.assignee === to) return NO_ERRORS;
    model.assignee = to;
    addEvent(model, 'ticket.assigned', true);
    if (to && model.status === 'NEW') changeStatus(model, 'OPEN', now);
    return NO_ERRORS;
  },
  snooze(model: TicketModel, until: number | null, wakeOnReply: boolean, now: number): ErrorCodes {
    const errors = accessErrors(model, 'id');
    if (errors) return errors;
    if (model.status === 'CLOSED') return ['TICKET_CLOSED input.id'];
    if (model.status === 'SOLVED') return ['STATUS_NOT_ALLOWED input.id'];
    if (until !== null && until <= now) return ['INVALID input.until'];
    if (until === null && !wakeOnReply) return ['INVALID input.wakeOnReply'];
    model.snooze = { until, wakeOnReply };
    addEvent(model, 'ticket.snoozed');
    return NO_ERRORS;
  },
  wake(model: TicketModel): ErrorCodes {
    const errors = accessErrors(model, 'id');
    if (errors) return errors;
    endSnooze(model);
    return NO_ERRORS;
  },
  mark(model: TicketModel, spam: boolean): ErrorCodes {
    const errors = accessErrors(model, 'id');
    if (errors) return errors;
    if (model.spam !== spam) addEvent(model, 'ticket.spam_marked');
    model.spam = spam;
    return NO_ERRORS;
  },
  give(model: TicketModel, to: RequesterKey): ErrorCodes {
    const errors = accessErrors(model, 'id');
    if (errors) return errors;
    if (model.status === 'CLOSED') return ['TICKET_CLOSED input.id'];
    if (model.requester !== to) addEvent(model, 'ticket.requester_changed');
    model.requester = to;
    return NO_ERRORS;
  },
  /** By a lead, as `restore`. */
  remove(model: TicketModel, now: number): ErrorCodes {
    if (model.isPurged) return ['NOT_FOUND input.id'];
    if (model.deletedAt === null) {
      model.deletedAt = now;
      addEvent(model, 'ticket.deleted');
    }
    return NO_ERRORS;
  },
  restore(model: TicketModel): ErrorCodes {
    if (model.isPurged) return ['NOT_FOUND input.id'];
    if (model.deletedAt !== null) addEvent(model, 'ticket.restored');
    model.deletedAt = null;
    return NO_ERRORS;
  },
  /** By an administrator. */
  purge(model: TicketModel): ErrorCodes {
    if (model.isPurged) return ['NOT_FOUND input.id'];
    if (model.deletedAt === null) return ['NOT_DELETED input.id'];
    model.isPurged = true;
    addEvent(model, 'ticket.purged');
    return NO_ERRORS;
  },
  /** The changes that the passing of time causes. */
  pass(model: TicketModel, now: number): void {
    const events: [number, () => void][] = [];
    if (model.isPurged) return;
    if (model.status === 'SOLVED')
      events.push([model.solvedAt! + CLOSE_AFTER, () => changeStatus(model, 'CLOSED', now)]);
    if (model.snooze?.until) events.push([model.snooze.until, () => endSnooze(model)]);
    if (model.deletedAt !== null)
      events.push([
        model.deletedAt + PURGE_AFTER,
        () => {
          model.isPurged = true;
          addEvent(model, 'ticket.purged');
        },
      ]);
    for (const [, apply] of events.filter(([dueAt]) => dueAt <= now).toSorted(([a], [b]) => a - b))
      apply();
  },
};
