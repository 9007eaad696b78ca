import type { Actor } from '@deskgraph/common/auth/access';
import { appActor } from '@deskgraph/common/testing/testing';
import type { Clock } from './clock.ts';
import { type Desk, mutate } from './desk.ts';
import type { Dice } from './dice.ts';
import type { ListArguments } from './live-list-client.ts';

const HOUR = 3_600_000;
const STATUSES = ['NEW', 'OPEN', 'PENDING', 'ON_HOLD', 'SOLVED'];
const PRIORITIES = ['LOW', 'NORMAL', 'HIGH', 'URGENT'];
const TAGS = ['red', 'green', 'blue'];
const WORDS = ['parcel', 'invoice', 'kettle', 'password'];
const LENGTHS = ['PT1M', 'PT10M', 'PT1H', 'P1D'];
const ORDERS = [
  'QUEUE',
  'WAITING_SINCE',
  'PRIORITY',
  'CREATED_AT',
  'UPDATED_AT',
  'SOLVED_AT',
  'NUMBER',
];

/** Random lists and random mutations of one workspace. */
export class RandomActivity {
  readonly #dice: Dice;
  readonly #desk: Desk;
  readonly #app: Actor;
  readonly #clock: Clock;
  readonly #tickets: string[] = [];
  /** Two custom statuses of each base, with the same label for requesters. */
  readonly #statuses: string[] = [];

  constructor(desk: Desk, dice: Dice, clock: Clock) {
    this.#desk = desk;
    this.#dice = dice;
    this.#clock = clock;
    this.#app = { ...appActor(desk.workspace), departments: [desk.departmentId] };
  }

  /** Creates the custom statuses; to be called first. */
  async createCustomStatuses(): Promise<void> {
    for (const base of ['OPEN', 'PENDING', 'ON_HOLD', 'SOLVED'])
      for (const suffix of ['A', 'B']) {
        const input = { base, label: `${base} ${suffix}`, requesterLabel: base };
        const { customStatus } = await mutate(
          this.#desk,
          this.#desk.admin,
          'customStatusCreate',
          input,
          'customStatus { id }',
        );
        this.#statuses.push((customStatus as { id: string }).id);
      }
  }

  /** A random user and the arguments of a list. */
  randomList(): { actor: Actor; args: ListArguments } {
    const { one, roll } = this.#dice;
    const { agent, colleague, light, customer, stranger, partner } = this.#desk;
    const orderBy = Array.from({ length: roll(4) }, () => ({
      field: one(ORDERS),
      direction: one(['ASC', 'DESC']),
    }));
    const args: ListArguments = {
      filter: roll(5) ? this.#filter(2) : null,
      orderBy,
      first: one([0, 1, 2, 3, 5, 8, 25, 100, null]),
    };
    return { actor: one([agent, colleague, light, customer, stranger, partner, this.#app]), args };
  }

  #filter(depth: number): object {
    const { one, some, roll } = this.#dice;
    const { departmentId, agent, customer } = this.#desk;
    const tree = (): object => this.#filter(depth - 1);
    const leaves: (() => object)[] = [
      () => ({
        status: one([{ eq: one(STATUSES) }, { in: some(STATUSES) }, { notIn: some(STATUSES) }]),
      }),
      () => ({
        customStatusId: one([{ in: some(this.#statuses) }, { isNull: one([true, false]) }]),
      }),
      () => ({ priority: one([{ eq: one(PRIORITIES) }, { notIn: some(PRIORITIES) }]) }),
      () => ({
        departmentId: one([{ eq: departmentId }, { isNull: true }, { notIn: [departmentId] }]),
      }),
      () => ({ assigneeId: one([{ eq: 'me' }, { eq: agent.id }, { isNull: one([true, false]) }]) }),
      () => ({ requesterId: one([{ eq: customer.id }, { notIn: [customer.id] }]) }),
      () => ({ tag: one([{ any: some(TAGS) }, { all: some(TAGS) }, { none: some(TAGS) }]) }),
      () => ({
        createdAt: one([
          { within: one(LENGTHS) },
          { olderThan: one(LENGTHS) },
          { within: 'PT1H', olderThan: 'PT1M' },
        ]),
      }),
      () => ({ text: one(WORDS) }),
      () => ({ snoozed: one([true, false]) }),
      () => ({ handled: one([true, false]) }),
      () => ({ reopenCount: one([{ gte: 1 }, { eq: 0 }]), transferCount: { lte: 1 } }),
      () => ({ product: one([{ eq: 'KETTLE' }, { startsWith: 'par' }, { isNull: true }]) }),
      () => ({ solvedAt: one([{ within: one(LENGTHS) }, { isNull: true }]) }),
      () => ({ number: one([{ gte: roll(20) }, { lte: roll(20) }]) }),
    ];
    const branches = [
      () => ({ and: [tree(), tree()] }),
      () => ({ or: [tree(), tree()] }),
      () => ({ not: tree() }),
    ];
    return Object.assign(
      {},
      one(leaves)(),
      roll(3) && depth ? one(branches)() : {},
      roll(3) ? {} : one(leaves)(),
    ) as object;
  }

  /** A random mutation, which may be refused. */
  async randomWrite(): Promise<void> {
    const { one, some, roll } = this.#dice;
    const { agent, colleague, light, lead, customer, stranger, departmentId } = this.#desk;
    const mutation = (actor: Actor, name: string, input: object, selection?: string) =>
      mutate(this.#desk, actor, name, input, selection);
    const body = `${one(WORDS)} ${one(WORDS)}`;
    this.#clock.advance(roll(2_000));
    const id = this.#tickets.length ? one(this.#tickets) : undefined;
    if (!id || !roll(4)) {
      const { ticket: created } = await mutation(
        one([customer, stranger]),
        'ticketCreate',
        { subject: one(WORDS), body },
        'ticket { id }',
      );
      this.#tickets.push((created as { id: string }).id);
      return;
    }
    const writes: (() => Promise<unknown>)[] = [
      () => mutation(agent, 'ticketStatusChange', { id, status: one(STATUSES.slice(1)) }),
      () => mutation(agent, 'ticketStatusChange', { id, status: 'ON_HOLD' }),
      () =>
        mutation(agent, 'ticketStatusChange', {
          id,
          customStatusId: one(this.#statuses),
          resolutionCode: 'ANSWERED',
        }),
      () => mutation(one([customer, stranger, agent]), 'ticketReopen', { id }),
      () => mutation(lead, 'ticketAssign', { id, assigneeId: one([agent.id, colleague.id, null]) }),
      () => mutation(lead, 'ticketAssign', { id, departmentId: one([departmentId, null]) }),
      () => mutation(agent, 'ticketUpdate', { id, addTags: some(TAGS), removeTags: some(TAGS) }),
      () => mutation(agent, 'ticketUpdate', { id, priority: one(PRIORITIES) }),
      () => mutation(agent, 'ticketUpdate', { id, subject: body }),
      () => mutation(agent, 'ticketUpdate', { id, product: one([...WORDS, null]) }),
      () =>
        mutation(agent, 'ticketSnooze', {
          id,
          until: new Date(Date.now() + one([1_000, 60_000, HOUR])),
        }),
      () =>
        mutation(one([customer, stranger]), 'messageAdd', {
          ticketId: id,
          visibility: 'PUBLIC',
          body,
        }),
      () =>
        mutation(agent, 'messageAdd', { ticketId: id, visibility: 'PUBLIC', body, override: true }),
      () => mutation(light, 'messageAdd', { ticketId: id, visibility: 'PRIVATE', body }),
    ];
    await one(writes)();
  }

  /** Lets a random time pass without a mutation. */
  advanceClock(): void {
    const { one, roll } = this.#dice;
    this.#clock.advance(one([1_000, 60_000, 600_000, HOUR, 24 * HOUR]) + roll(10));
  }
}
