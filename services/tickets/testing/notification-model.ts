/** The fields of a ticket that its notifications depend on. */
export interface ModelTicket {
  id: string;
  requester: string;
  ccs: string[];
  assignee: string | null;
  department: string | null;
  status: string;
  followers: string[];
}

/** Strongest first. */
const REASONS = ['MENTION', 'ASSIGNED', 'REPLY', 'NEW_TICKET', 'FOLLOWED', 'STATUS'];

/**
 * A minimal model of notifications, independent of the implementation: each step lists its
 * recipients.
 */
export class NotificationModel {
  /** The notifications of each person, as `REASON type ticketId`. */
  readonly byPerson = new Map<string, string[]>();
  readonly #team: (department: string | null) => string[];

  constructor(team: (department: string | null) => string[]) {
    this.#team = team;
  }

  #notify(
    by: string,
    type: string,
    { id }: ModelTicket,
    recipients: Record<string, readonly (string | null)[]>,
  ): void {
    const notified = new Set([by]);
    for (const reason of REASONS)
      for (const person of recipients[reason] ?? []) {
        if (!person || notified.has(person)) continue;
        notified.add(person);
        this.byPerson.set(person, [
          ...(this.byPerson.get(person) ?? []),
          `${reason} ${type} ${id}`,
        ]);
      }
  }

  #customers = ({ requester, ccs }: ModelTicket): string[] => [requester, ...ccs];

  created(by: string, ticket: ModelTicket): void {
    this.#notify(by, 'ticket.created', ticket, {
      ASSIGNED: [ticket.assignee],
      NEW_TICKET: ticket.assignee ? [] : this.#team(ticket.department),
    });
    this.#notify(by, 'message.added', ticket, { STATUS: this.#customers(ticket) });
  }

  statusChanged(by: string, ticket: ModelTicket, to: string): void {
    const publicStatus = (status: string): string => (status === 'ON_HOLD' ? 'OPEN' : status);
    if (ticket.status === to) return;
    const isPublic = publicStatus(ticket.status) !== publicStatus(to);
    ticket.status = to;
    this.#notify(by, 'ticket.status_changed', ticket, {
      FOLLOWED: ticket.followers,
      STATUS: isPublic ? this.#customers(ticket) : [],
    });
  }

  agentReplied(by: string, ticket: ModelTicket): void {
    this.#notify(by, 'message.added', ticket, {
      FOLLOWED: ticket.followers,
      STATUS: this.#customers(ticket),
    });
    if (ticket.status === 'NEW') this.statusChanged(by, ticket, 'OPEN');
  }

  customerReplied(by: string, ticket: ModelTicket): void {
    this.#notify(by, 'message.added', ticket, {
      REPLY: [ticket.assignee],
      FOLLOWED: ticket.followers,
      STATUS: this.#customers(ticket),
    });
    if (['PENDING', 'ON_HOLD', 'SOLVED'].includes(ticket.status))
      this.statusChanged(by, ticket, 'OPEN');
  }

  noteAdded(by: string, ticket: ModelTicket, mentioned: readonly string[]): void {
    this.#notify(by, 'message.added', ticket, { MENTION: mentioned, FOLLOWED: ticket.followers });
  }

  ccAdded(by: string, ticket: ModelTicket, customer: string): void {
    if (ticket.ccs.includes(customer)) return;
    ticket.ccs.push(customer);
    this.#notify(by, 'ticket.participants_changed', ticket, { STATUS: [customer] });
  }

  /** Removed from CC: the inbox hides the notifications of the ticket. */
  ccRemoved(ticket: ModelTicket, customer: string): void {
    ticket.ccs = ticket.ccs.filter((id) => id !== customer);
  }

  assigned(by: string, ticket: ModelTicket, to: string | null): void {
    if (ticket.assignee === to) return;
    ticket.assignee = to;
    this.#notify(by, 'ticket.assigned', ticket, { ASSIGNED: [to], FOLLOWED: ticket.followers });
    if (to && ticket.status === 'NEW') this.statusChanged(by, ticket, 'OPEN');
  }

  departmentChanged(by: string, ticket: ModelTicket, department: string | null): void {
    if (ticket.department === department) return;
    ticket.department = department;
    const isNew = department && !ticket.assignee && ticket.status !== 'SOLVED';
    this.#notify(by, 'ticket.assigned', ticket, {
      NEW_TICKET: isNew ? this.#team(department) : [],
      FOLLOWED: ticket.followers,
    });
  }
}
