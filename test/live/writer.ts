import { type Desk, type UserError, type Persona, mutation } from '../fixtures/desk.ts';
import { waitFor } from '../platform/wait-for.ts';

const WRITE_TIMEOUT_MS = 120_000;
const REQUESTER_ADDRESSES = 40;

/** Mutations per ticket. */
export const WRITES_PER_TICKET = 8;

/**
 * Writes tickets, repeats each mutation until there is a response, and counts writes and errors.
 */
export class Writer {
  writeCount = 0;
  /** Ids of the created tickets. */
  readonly created = new Set<string>();
  readonly faults = new Map<string, number>();
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** The number of distinct generated requester addresses. */
  get requesterCount(): number {
    return new Set(
      Array.from({ length: this.created.size }, (_, index) => index).flatMap((at) =>
        at % 5 > 1 ? [at % REQUESTER_ADDRESSES] : [],
      ),
    ).size;
  }

  /** Creates a ticket per turn, changes its status, tags and department, and adds messages. */
  async write(turns: Iterable<number>): Promise<void> {
    const { customer2 } = this.#desk.ids;
    const { sales, support } = this.#desk.departments;
    for (const at of turns) {
      const requester =
        at % 5 === 1
          ? { customerId: customer2 }
          : { email: `p${at % REQUESTER_ADDRESSES}@crowd.example` };
      const who = at % 5 === 0 ? 'customer' : 'partner';
      const first = {
        subject: `Ticket ${at}`,
        body: 'Text.',
        idempotencyKey: `key ${at}`,
        ...(who === 'partner' && { requester }),
      };
      const { ticket } = await this.#insist<{ ticket: { id: string } }>(
        who,
        'ticketCreate',
        first,
        'ticket { id }',
      );
      const { id } = ticket;
      this.created.add(id);
      const label = `label ${at % 7}`;
      const say = { ticketId: id, override: true };
      await this.#insist('agent', 'ticketStatusChange', { id, status: 'OPEN' });
      await this.#insist('agent2', 'ticketUpdate', {
        id,
        addTags: [label],
        priority: at % 2 ? 'HIGH' : 'LOW',
      });
      await this.#insist('lead', 'ticketAssign', { id, departmentId: at % 2 ? sales : support });
      await this.#insist('light', 'messageAdd', {
        ...say,
        body: 'A note.',
        visibility: 'PRIVATE',
        idempotencyKey: `note ${at}`,
      });
      await this.#insist('partner', 'ticketStatusChange', { id, status: 'PENDING' });
      await this.#insist('agent', 'messageAdd', {
        ...say,
        body: 'A reply.',
        visibility: 'PUBLIC',
        idempotencyKey: `reply ${at}`,
      });
      await this.#insist('partner', 'ticketUpdate', { id, removeTags: [label] });
    }
  }

  async #insist<Payload>(
    who: Persona,
    name: string,
    input: object,
    selection = '__typename',
  ): Promise<Payload> {
    const what = `${name} ${JSON.stringify(input)}`;
    const payload = await waitFor(
      what,
      () => this.#try<Payload>(who, name, input, selection),
      WRITE_TIMEOUT_MS,
    );
    this.writeCount++;
    return payload;
  }

  async #try<Payload>(
    who: Persona,
    name: string,
    input: object,
    selection: string,
  ): Promise<Payload | undefined> {
    const query = mutation(name, selection);
    const answer = await this.#desk
      .ask<Record<string, Payload & { userErrors: UserError[] }>>(who, query, { input })
      .catch(() => undefined);
    for (const code of answer
      ? (answer.errors ?? []).map(({ extensions }) => extensions.code)
      : ['no connection'])
      this.faults.set(String(code), (this.faults.get(String(code)) ?? 0) + 1);
    const payload = answer?.data?.[name];
    if (payload?.userErrors.length)
      throw new Error(`${name} ${JSON.stringify(input)}: ${JSON.stringify(payload.userErrors)}`);
    return payload;
  }
}
