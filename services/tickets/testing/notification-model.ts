/** A ticket as far as it matters for who is told. */
export interface ModelTicket {
  id: string;
  requester: string;
  ccs: string[];
  assignee: string | null;
  department: string | null;
  status: string;
  followers: string[];
}

/** The strongest first. */
const STRENGTH = ['MENTION', 'ASSIGNED', 'REPLY', 'NEW_TICKET', 'FOLLOWED', 'STATUS'];

/** Who is told what: a model as small as can be, in which each step says for itself what people expect of it. */
export class NotificationModel {
  /** By person, `REASON type ticket`. */
  readonly byPerson = new Map<string, string[]>();
  readonly #team: (department: string | null) => string[];

  constructor(team: (department: string | null) => string[]) {
    this.#team = team;
  }

  #tell(
    by: string,
    type: string,
    { id }: ModelTicket,
    calls: Record<string, readonly (string | null)[]>,
  ): void {
    const done = new Set([by]);
    for (const reason of STRENGTH)
      for (const person of calls[reason] ?? []) {
        if (!person || done.has(person)) continue;
        done.add(person);
        this.byPerson.set(person, [
          ...(this.byPerson.get(person) ?? []),
          `${reason} ${type} ${id}`,
        ]);
      }
  }

  #customers = ({ requester, ccs }: ModelTicket): string[] => [requester, ...ccs];

  created(by: string, it: ModelTicket): void {
    this.#tell(by, 'ticket.created', it, {
      ASSIGNED: [it.assignee],
      NEW_TICKET: it.assignee ? [] : this.#team(it.department),
    });
    this.#tell(by, 'message.added', it, { STATUS: this.#customers(it) });
  }

  statusChanged(by: string, it: ModelTicket, to: string): void {
    const shown = (status: string): string => (status === 'ON_HOLD' ? 'OPEN' : status);
    if (it.status === to) return;
    const isPublic = shown(it.status) !== shown(to);
    it.status = to;
    this.#tell(by, 'ticket.status_changed', it, {
      FOLLOWED: it.followers,
      STATUS: isPublic ? this.#customers(it) : [],
    });
  }

  agentReplied(by: string, it: ModelTicket): void {
    this.#tell(by, 'message.added', it, { FOLLOWED: it.followers, STATUS: this.#customers(it) });
    if (it.status === 'NEW') this.statusChanged(by, it, 'OPEN');
  }

  customerReplied(by: string, it: ModelTicket): void {
    this.#tell(by, 'message.added', it, {
      REPLY: [it.assignee],
      FOLLOWED: it.followers,
      STATUS: this.#customers(it),
    });
    if (['PENDING', 'ON_HOLD', 'SOLVED'].includes(it.status)) this.statusChanged(by, it, 'OPEN');
  }

  noteAdded(by: string, it: ModelTicket, mentioned: readonly string[]): void {
    this.#tell(by, 'message.added', it, { MENTION: mentioned, FOLLOWED: it.followers });
  }

  ccAdded(by: string, it: ModelTicket, customer: string): void {
    if (it.ccs.includes(customer)) return;
    it.ccs.push(customer);
    this.#tell(by, 'ticket.participants_changed', it, { STATUS: [customer] });
  }

  /** What somebody may not see any more he was never told. */
  ccRemoved(it: ModelTicket, customer: string): void {
    it.ccs = it.ccs.filter((id) => id !== customer);
  }

  assigned(by: string, it: ModelTicket, to: string | null): void {
    if (it.assignee === to) return;
    it.assignee = to;
    this.#tell(by, 'ticket.assigned', it, { ASSIGNED: [to], FOLLOWED: it.followers });
    if (to && it.status === 'NEW') this.statusChanged(by, it, 'OPEN');
  }

  departmentChanged(by: string, it: ModelTicket, department: string | null): void {
    if (it.department === department) return;
    it.department = department;
    const isNew = department && !it.assignee && it.status !== 'SOLVED';
    this.#tell(by, 'ticket.assigned', it, {
      NEW_TICKET: isNew ? this.#team(department) : [],
      FOLLOWED: it.followers,
    });
  }
}
