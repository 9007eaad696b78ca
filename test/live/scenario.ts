import type { Desk, Persona } from '../fixtures/desk.ts';
import { mutateUntilAnswered } from './events.ts';

/**
 * An event that the test has caused, as staff sees it and as the requester sees it. Null hides it
 * from the requester.
 */
export interface ExpectedEvent {
  staff: string;
  requester: string | null;
}

interface Input {
  id?: string;
  ticketId?: string;
  [field: string]: unknown;
}

const expectedEvent = (staff: string, requester: string | null = staff): ExpectedEvent => ({
  staff,
  requester,
});
const expectedStatusChange = (from: string, to: string): ExpectedEvent => {
  const shown = (status: string): string => (status === 'ON_HOLD' ? 'OPEN' : status);
  const shownChange = `${shown(from)}>${shown(to)}`;
  return expectedEvent(
    `ticket.status_changed ${from}>${to}`,
    shown(from) === shown(to) ? null : `ticket.status_changed ${shownChange}`,
  );
};

/** Words that occur only in private notes and tags. */
export const SECRET_WORD = 'canarynote';
export const SECRET_TAG = 'canarylabel';

/** Changes the tickets of one desk and records the expected events of each, in order. */
export class Scenario {
  readonly tickets = new Map<
    string,
    { requester: 'customer' | 'customer2'; events: ExpectedEvent[] }
  >();
  readonly #desk: Desk;
  #count = 0;
  #keys = 0;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Returns the expected events for a caller, by ticket id. */
  eventsFor(who: Persona): Record<string, string[]> {
    const byTicket = [...this.tickets].map(([id, { requester, events }]) => {
      if (who !== 'customer' && who !== 'customer2')
        return [id, events.map(({ staff }) => staff)] as const;
      return [id, who === requester ? events.flatMap((each) => each.requester ?? []) : []] as const;
    });
    return Object.fromEntries(byTicket.filter(([, events]) => events.length));
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
    const request = { ...input, idempotencyKey: `story ${this.#keys++}` };
    const { ticket } = await mutateUntilAnswered<{ ticket: { id: string } }>(
      this.#desk,
      by,
      'ticketCreate',
      request,
      'ticket { id }',
    );
    this.tickets.set(ticket.id, {
      requester,
      events: [expectedEvent('ticket.created '), expectedEvent(`message.added ${body}`)],
    });
    return ticket.id;
  }

  /** Runs changes on a ticket, some visible to everyone and some to staff only. */
  async runLifecycle(id: string): Promise<void> {
    await this.note(id);
    await this.move(id, 'NEW', 'OPEN');
    await this.move(id, 'OPEN', 'ON_HOLD');
    await this.#do(
      'agent',
      'ticketUpdate',
      { id, addTags: [SECRET_TAG] },
      expectedEvent('ticket.updated tags', null),
    );
    await this.move(id, 'ON_HOLD', 'PENDING');
    await this.move(id, 'PENDING', 'ON_HOLD');
    const update = { id, removeTags: [SECRET_TAG], subject: 'Another matter' };
    await this.#do(
      'partner',
      'ticketUpdate',
      update,
      expectedEvent('ticket.updated subject,tags', 'ticket.updated subject'),
    );
    await this.move(id, 'ON_HOLD', 'OPEN');
    await this.#do(
      'lead',
      'ticketAssign',
      { id, departmentId: this.#desk.departments.sales },
      expectedEvent('ticket.assigned department'),
    );
    await this.note(id);
    await this.reply(id, `An answer to ${id}`);
  }

  /** Runs changes that a requester never sees. */
  async makeStaffOnlyChanges(id: string): Promise<void> {
    await this.note(id);
    await this.move(id, 'OPEN', 'ON_HOLD');
    await this.#do(
      'agent',
      'ticketUpdate',
      { id, addTags: [SECRET_TAG] },
      expectedEvent('ticket.updated tags', null),
    );
    await mutateUntilAnswered(this.#desk, 'agent', 'presenceSet', {
      ticketId: id,
      activity: 'VIEWING',
    });
    await this.#do(
      'agent',
      'ticketUpdate',
      { id, removeTags: [SECRET_TAG] },
      expectedEvent('ticket.updated tags', null),
    );
    await this.move(id, 'ON_HOLD', 'OPEN');
  }

  note(ticketId: string): Promise<void> {
    const body = `${SECRET_WORD} of ${ticketId}`;
    const input = {
      ticketId,
      body,
      visibility: 'PRIVATE',
      idempotencyKey: `story ${this.#keys++}`,
    };
    return this.#do('light', 'messageAdd', input, expectedEvent(`message.added ${body}`, null));
  }

  reply(ticketId: string, body: string): Promise<void> {
    const input = {
      ticketId,
      body,
      visibility: 'PUBLIC',
      override: true,
      idempotencyKey: `story ${this.#keys++}`,
    };
    return this.#do('agent', 'messageAdd', input, expectedEvent(`message.added ${body}`));
  }

  move(id: string, from: string, to: string): Promise<void> {
    return this.#do(
      'agent',
      'ticketStatusChange',
      { id, status: to },
      expectedStatusChange(from, to),
    );
  }

  /** Runs an idempotent mutation and records its expected event. */
  async #do(who: Persona, name: string, input: Input, expected: ExpectedEvent): Promise<void> {
    await mutateUntilAnswered(this.#desk, who, name, input);
    this.tickets.get((input.id ?? input.ticketId)!)!.events.push(expected);
  }
}
