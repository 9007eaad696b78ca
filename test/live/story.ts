import type { Desk, Who } from '../fixtures/desk.ts';
import { insisted } from './events.ts';

/** A fact that the test has brought about: how staff is told of it, and how the requester, or null when it is not for him. */
export interface Expected {
  staff: string;
  requester: string | null;
}

interface Input {
  id?: string;
  ticketId?: string;
  [field: string]: unknown;
}

const fact = (staff: string, requester: string | null = staff): Expected => ({ staff, requester });
const move = (from: string, to: string): Expected => {
  const shown = (status: string): string => (status === 'ON_HOLD' ? 'OPEN' : status);
  const told = `${shown(from)}>${shown(to)}`;
  return fact(
    `ticket.status_changed ${from}>${to}`,
    shown(from) === shown(to) ? null : `ticket.status_changed ${told}`,
  );
};

/** Words that stand in notes and labels only. */
export const CANARY = 'canarynote';
export const LABEL = 'canarylabel';

/** The tickets of one desk, whatever happened to each, in its order, as this test knows it. */
export class Story {
  readonly tickets = new Map<string, { requester: 'customer' | 'customer2'; facts: Expected[] }>();
  readonly #desk: Desk;
  #count = 0;
  #keys = 0;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** The facts of each ticket that the caller is to be told, by its id. */
  for(who: Who): Record<string, string[]> {
    const told = [...this.tickets].map(([id, { requester, facts }]) => {
      if (who !== 'customer' && who !== 'customer2')
        return [id, facts.map(({ staff }) => staff)] as const;
      return [id, who === requester ? facts.flatMap((each) => each.requester ?? []) : []] as const;
    });
    return Object.fromEntries(told.filter(([, facts]) => facts.length));
  }

  async open(requester: 'customer' | 'customer2'): Promise<string> {
    const at = this.#count++;
    const by = at % 2 ? requester : 'partner';
    const body = `Words of ${requester} ${at}`;
    const input = {
      subject: `About ${at}`,
      body,
      ...(by === 'partner' && { requester: { customerId: this.#desk.ids[requester] } }),
    };
    const made = { ...input, idempotencyKey: `story ${this.#keys++}` };
    const { ticket } = await insisted<{ ticket: { id: string } }>(
      this.#desk,
      by,
      'ticketCreate',
      made,
      'ticket { id }',
    );
    this.tickets.set(ticket.id, {
      requester,
      facts: [fact('ticket.created '), fact(`message.added ${body}`)],
    });
    return ticket.id;
  }

  /** What happens to a ticket: some of it for everybody, some for staff only. */
  async go(id: string): Promise<void> {
    await this.note(id);
    await this.move(id, 'NEW', 'OPEN');
    await this.move(id, 'OPEN', 'ON_HOLD');
    await this.#do(
      'agent',
      'ticketUpdate',
      { id, addTags: [LABEL] },
      fact('ticket.updated tags', null),
    );
    await this.move(id, 'ON_HOLD', 'PENDING');
    await this.move(id, 'PENDING', 'ON_HOLD');
    const update = { id, removeTags: [LABEL], subject: 'Another matter' };
    await this.#do(
      'partner',
      'ticketUpdate',
      update,
      fact('ticket.updated subject,tags', 'ticket.updated subject'),
    );
    await this.move(id, 'ON_HOLD', 'OPEN');
    await this.#do(
      'lead',
      'ticketAssign',
      { id, departmentId: this.#desk.departments.sales },
      fact('ticket.assigned department'),
    );
    await this.note(id);
    await this.reply(id, `An answer to ${id}`);
  }

  /** What a requester is never told of. */
  async hide(id: string): Promise<void> {
    await this.note(id);
    await this.move(id, 'OPEN', 'ON_HOLD');
    await this.#do(
      'agent',
      'ticketUpdate',
      { id, addTags: [LABEL] },
      fact('ticket.updated tags', null),
    );
    await insisted(this.#desk, 'agent', 'presenceSet', { ticketId: id, activity: 'VIEWING' });
    await this.#do(
      'agent',
      'ticketUpdate',
      { id, removeTags: [LABEL] },
      fact('ticket.updated tags', null),
    );
    await this.move(id, 'ON_HOLD', 'OPEN');
  }

  note(ticketId: string): Promise<void> {
    const body = `${CANARY} of ${ticketId}`;
    const input = {
      ticketId,
      body,
      visibility: 'PRIVATE',
      idempotencyKey: `story ${this.#keys++}`,
    };
    return this.#do('light', 'messageAdd', input, fact(`message.added ${body}`, null));
  }

  reply(ticketId: string, body: string): Promise<void> {
    const input = {
      ticketId,
      body,
      visibility: 'PUBLIC',
      override: true,
      idempotencyKey: `story ${this.#keys++}`,
    };
    return this.#do('agent', 'messageAdd', input, fact(`message.added ${body}`));
  }

  move(id: string, from: string, to: string): Promise<void> {
    return this.#do('agent', 'ticketStatusChange', { id, status: to }, move(from, to));
  }

  /** Each can be asked again without being done twice. */
  async #do(who: Who, name: string, input: Input, expected: Expected): Promise<void> {
    await insisted(this.#desk, who, name, input);
    this.tickets.get((input.id ?? input.ticketId)!)!.facts.push(expected);
  }
}
