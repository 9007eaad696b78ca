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

/** Each operation of an agent or, where it says so, of others; `now` in milliseconds. */
export const OPERATIONS = {
  write(model: TicketModel, who: RequesterKey, now: number): ErrorCodes {
    if (model.isGone || model.deletedAt !== null || model.requester !== who)
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
    const no = accessErrors(model, 'ticketId');
    if (no) return no;
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
    const no = accessErrors(model, 'ticketId');
    if (no) return no;
    addEvent(model, 'message.added');
    return NO_ERRORS;
  },
  change(
    model: TicketModel,
    aim: { status: Status } | { custom: CustomStatusKey },
    now: number,
  ): ErrorCodes {
    const no = accessErrors(model, 'id');
    if (no) return no;
    const custom = 'custom' in aim ? aim.custom : null;
    const to = 'custom' in aim ? CUSTOM_STATUSES[aim.custom].base : aim.status;
    const refused = statusErrors(model, to, custom ? 'customStatusId' : 'status');
    if (refused) return refused;
    if (model.status === to && model.custom === custom) return NO_ERRORS;
    if (to === 'SOLVED' && model.status !== to) model.assignee ??= 'ana';
    changeStatus(model, to, now, custom);
    return NO_ERRORS;
  },
  /** By its requester, or by an agent. */
  reopen(
    model: TicketModel,
    who: RequesterKey | 'ana',
    now: number,
    isExplained: boolean,
  ): ErrorCodes {
    const isAgent = who === 'ana';
    if (!isAgent && (model.isGone || model.deletedAt !== null || model.requester !== who))
      return ['NOT_FOUND input.id'];
    const no = accessErrors(model, 'id');
    if (no) return no;
    if (model.status === 'CLOSED') return ['TICKET_CLOSED input.id'];
    if (model.status !== 'SOLVED') return ['STATUS_NOT_ALLOWED input.id'];
    if (isExplained) addEvent(model, 'message.added', !isAgent);
    changeStatus(model, 'OPEN', now);
    return NO_ERRORS;
  },
  fill(model: TicketModel, isFilled: boolean): ErrorCodes {
    const no = accessErrors(model, 'id');
    if (no) return no;
    if (model.isFilled !== isFilled) addEvent(model, 'ticket.updated');
    model.isFilled = isFilled;
    return NO_ERRORS;
  },
  assign(model: TicketModel, to: AgentKey | null, now: number): ErrorCodes {
    const no = accessErrors(model, 'id');
    if (no) return no;
    if (model.status === 'CLOSED') return ['TICKET_CLOSED input.id'];
    if (model.assignee === to) return NO_ERRORS;
    model.assignee = to;
    addEvent(model, 'ticket.assigned', true);
    if (to && model.status === 'NEW') changeStatus(model, 'OPEN', now);
    return NO_ERRORS;
  },
  snooze(model: TicketModel, until: number | null, wakeOnReply: boolean, now: number): ErrorCodes {
    const no = accessErrors(model, 'id');
    if (no) return no;
    if (model.status === 'CLOSED') return ['TICKET_CLOSED input.id'];
    if (model.status === 'SOLVED') return ['STATUS_NOT_ALLOWED input.id'];
    if (until !== null && until <= now) return ['INVALID input.until'];
    if (until === null && !wakeOnReply) return ['INVALID input.wakeOnReply'];
    model.snooze = { until, wakeOnReply };
    addEvent(model, 'ticket.snoozed');
    return NO_ERRORS;
  },
  wake(model: TicketModel): ErrorCodes {
    const no = accessErrors(model, 'id');
    if (no) return no;
    endSnooze(model);
    return NO_ERRORS;
  },
  mark(model: TicketModel, spam: boolean): ErrorCodes {
    const no = accessErrors(model, 'id');
    if (no) return no;
    if (model.spam !== spam) addEvent(model, 'ticket.spam_marked');
    model.spam = spam;
    return NO_ERRORS;
  },
  give(model: TicketModel, to: RequesterKey): ErrorCodes {
    const no = accessErrors(model, 'id');
    if (no) return no;
    if (model.status === 'CLOSED') return ['TICKET_CLOSED input.id'];
    if (model.requester !== to) addEvent(model, 'ticket.requester_changed');
    model.requester = to;
    return NO_ERRORS;
  },
  /** By a lead, as are the next two. */
  remove(model: TicketModel, now: number): ErrorCodes {
    if (model.isGone) return ['NOT_FOUND input.id'];
    if (model.deletedAt === null) {
      model.deletedAt = now;
      addEvent(model, 'ticket.deleted');
    }
    return NO_ERRORS;
  },
  restore(model: TicketModel): ErrorCodes {
    if (model.isGone) return ['NOT_FOUND input.id'];
    if (model.deletedAt !== null) addEvent(model, 'ticket.restored');
    model.deletedAt = null;
    return NO_ERRORS;
  },
  /** By an administrator. */
  purge(model: TicketModel): ErrorCodes {
    if (model.isGone) return ['NOT_FOUND input.id'];
    if (model.deletedAt === null) return ['NOT_DELETED input.id'];
    model.isGone = true;
    addEvent(model, 'ticket.purged');
    return NO_ERRORS;
  },
  /** Nobody does this one: time does. */
  pass(model: TicketModel, now: number): void {
    const events: [number, () => void][] = [];
    if (model.isGone) return;
    if (model.status === 'SOLVED')
      events.push([model.solvedAt! + CLOSE_AFTER, () => changeStatus(model, 'CLOSED', now)]);
    if (model.snooze?.until) events.push([model.snooze.until, () => endSnooze(model)]);
    if (model.deletedAt !== null)
      events.push([
        model.deletedAt + PURGE_AFTER,
        () => {
          model.isGone = true;
          addEvent(model, 'ticket.purged');
        },
      ]);
    for (const [, happen] of events.filter(([at]) => at <= now).toSorted(([a], [b]) => a - b))
      happen();
  },
};
