import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor } from '@deskgraph/common/auth/access';
import {
  type SubscriptionClient,
  type SubscriptionResult,
  TEST_SECRET,
  createSubscriptionClient,
} from '@deskgraph/common/testing/testing';
import { signActor } from '@deskgraph/common/auth/token';
import type { Desk } from './desk.ts';
import { type ListPatchMessage, type ListView, applyPatch } from './list-patch.ts';

export const TICKET_FIELDS =
  'id number version subject status customStatus { id label } priority waitingSince updatedAt assignee { id } department { id } requester { id }';

export interface ListedTicket extends Record<string, unknown> {
  id: string;
}
export interface Change extends ListPatchMessage<ListedTicket> {
  kind: 'SNAPSHOT' | 'ENTER' | 'LEAVE' | 'MOVE' | 'UPDATE';
  cursor: string;
  ticketId: string | null;
}
export interface ListArguments {
  filter?: object | null;
  orderBy?: object[] | null;
  first?: number | null;
}

const LIST = `subscription ($filter: TicketFilter, $orderBy: [TicketOrder!], $first: Int) {
  ticketChanges(filter: $filter, orderBy: $orderBy, first: $first) {
    kind cursor tickets { ${TICKET_FIELDS} } ticket { ${TICKET_FIELDS} } ticketId index previousIndex totalCount } }`;
const FRESH = `query ($filter: TicketFilter, $orderBy: [TicketOrder!], $first: Int) {
  tickets(filter: $filter, orderBy: $orderBy, first: $first) { nodes { ${TICKET_FIELDS} } totalCount } }`;

export const subscriptionClientOf = (desk: Desk, actor: Actor): SubscriptionClient =>
  createSubscriptionClient(
    desk.service.url,
    async () => `Bearer ${await signActor(actor, TEST_SECRET)}`,
  );

/** A client that keeps a live list by its messages, and knows when one of them does not fit to what it has. */
export class LiveListClient {
  readonly changes: Change[] = [];
  view: ListView<ListedTicket> | undefined;
  errors: unknown;
  stop: () => void;
  #grown = (): void => {};

  constructor(
    readonly desk: Desk,
    readonly actor: Actor,
    readonly args: ListArguments,
    client: SubscriptionClient,
  ) {
    this.stop = client.subscribe<{ ticketChanges: Change }, { cursor?: string }>(
      { query: LIST, variables: { ...args } },
      {
        next: (result) => this.#add(result),
        error: (error) => this.#end(error),
        complete: () => this.#end('complete'),
      },
    );
  }

  get last(): Change {
    return this.changes.at(-1)!;
  }

  /** Resolves once it holds; fails when the stream has ended. */
  async until(holds: (watch: this) => boolean): Promise<void> {
    while (!holds(this)) {
      if (this.errors) throw new Error(`The list is over: ${JSON.stringify(this.errors)}`);
      await this.#next();
    }
  }

  /** What a query for the same list answers now. */
  async queryList(): Promise<ListView<ListedTicket>> {
    const { tickets } = await this.desk.ask<{
      tickets: { nodes: ListedTicket[]; totalCount: number };
    }>(this.actor, FRESH, this.args);
    return { tickets: tickets.nodes, totalCount: tickets.totalCount };
  }

  /** Resolves once the list is what a query answers; with what is wrong when that takes too long. */
  async waitForConvergence(patienceMs = 10_000): Promise<string | undefined> {
    for (const late = performance.now() + patienceMs; ;) {
      const fresh = JSON.stringify(await this.queryList());
      if (JSON.stringify(this.view) === fresh) return undefined;
      if (this.errors || performance.now() > late)
        return `${JSON.stringify(this.errors ?? this.view)} instead of ${fresh}`;
      // What happens by itself, at an instant, may come after the answer.
      await Promise.race([this.#next(), sleep(100)]);
    }
  }

  #next(): Promise<void> {
    return new Promise((resolve) => (this.#grown = resolve));
  }

  #add({
    data,
    errors,
    extensions,
  }: SubscriptionResult<{ ticketChanges: Change }, { cursor?: string }>): void {
    if (errors || !data) return this.#end(errors);
    const change = data.ticketChanges;
    try {
      this.#check(change);
      assert.equal(extensions?.cursor, change.cursor);
    } catch (error) {
      return this.#end(String(error));
    }
    this.changes.push(change);
    this.view = applyPatch(this.view ?? { tickets: [], totalCount: 0 }, change);
    this.#grown();
  }

  #end(errors: unknown): void {
    this.errors ??= errors;
    this.#grown();
  }

  #check({ kind, tickets, ticket, ticketId, index, previousIndex }: Change): void {
    assert.equal(kind === 'SNAPSHOT', tickets !== null);
    if (tickets)
      return assert.deepEqual([ticket, ticketId, index, previousIndex], [null, null, null, null]);
    assert.ok(this.view);
    const known = this.view.tickets.map(({ id }) => id);
    if (ticket) assert.equal(ticket.id, ticketId);
    if (previousIndex !== null) assert.equal(known[previousIndex], ticketId);
    if (index !== null) assert.ok(ticket && index <= known.length);
    if (kind === 'UPDATE') return assert.equal(index, previousIndex);
    assert.equal(index === null, kind === 'LEAVE');
    assert.equal(previousIndex === null, kind === 'ENTER');
    if (kind === 'ENTER')
      assert.ok(!known.includes(ticket!.id) && known.length < (this.args.first ?? 25));
  }
}
