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

const SUBSCRIPTION = `subscription ($filter: TicketFilter, $orderBy: [TicketOrder!], $first: Int) {
  ticketChanges(filter: $filter, orderBy: $orderBy, first: $first) {
    kind cursor tickets { ${TICKET_FIELDS} } ticket { ${TICKET_FIELDS} } ticketId index previousIndex totalCount } }`;
const QUERY = `query ($filter: TicketFilter, $orderBy: [TicketOrder!], $first: Int) {
  tickets(filter: $filter, orderBy: $orderBy, first: $first) { nodes { ${TICKET_FIELDS} } totalCount } }`;

export const subscriptionClientOf = (desk: Desk, actor: Actor): SubscriptionClient =>
  createSubscriptionClient(
    desk.service.url,
    async () => `Bearer ${await signActor(actor, TEST_SECRET)}`,
  );

/**
 * A client that maintains a live list from its messages, and fails on a message that does not apply
 * to it.
 */
export class LiveListClient {
  readonly changes: Change[] = [];
  view: ListView<ListedTicket> | undefined;
  errors: unknown;
  stop: () => void;
  #onChange = (): void => {};

  constructor(
    readonly desk: Desk,
    readonly actor: Actor,
    readonly args: ListArguments,
    client: SubscriptionClient,
  ) {
    this.stop = client.subscribe<{ ticketChanges: Change }, { cursor?: string }>(
      { query: SUBSCRIPTION, variables: { ...args } },
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

  /** Resolves when the condition holds; throws when the stream has ended. */
  async until(condition: (client: this) => boolean): Promise<void> {
    while (!condition(this)) {
      if (this.errors) throw new Error(`The live list has ended: ${JSON.stringify(this.errors)}`);
      await this.#next();
    }
  }

  /** The current result of the query for the same list. */
  async queryList(): Promise<ListView<ListedTicket>> {
    const { tickets } = await this.desk.ask<{
      tickets: { nodes: ListedTicket[]; totalCount: number };
    }>(this.actor, QUERY, this.args);
    return { tickets: tickets.nodes, totalCount: tickets.totalCount };
  }

  /**
   * Resolves when the list equals the result of the query; after the timeout with the difference.
   */
  async waitForConvergence(timeoutMs = 10_000): Promise<string | undefined> {
    for (const deadline = performance.now() + timeoutMs; ;) {
      const expected = JSON.stringify(await this.queryList());
      if (JSON.stringify(this.view) === expected) return undefined;
      if (this.errors || performance.now() > deadline)
        return `${JSON.stringify(this.errors ?? this.view)} instead of ${expected}`;
      // A change by time alone may arrive after the result of the query.
      await Promise.race([this.#next(), sleep(100)]);
    }
  }

  #next(): Promise<void> {
    return new Promise((resolve) => (this.#onChange = resolve));
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
    this.#onChange();
  }

  #end(errors: unknown): void {
    this.errors ??= errors;
    this.#onChange();
  }

  #check({ kind, tickets, ticket, ticketId, index, previousIndex }: Change): void {
    assert.equal(kind === 'SNAPSHOT', tickets !== null);
    if (tickets)
      return assert.deepEqual([ticket, ticketId, index, previousIndex], [null, null, null, null]);
    assert.ok(this.view);
    const ids = this.view.tickets.map(({ id }) => id);
    if (ticket) assert.equal(ticket.id, ticketId);
    if (previousIndex !== null) assert.equal(ids[previousIndex], ticketId);
    if (index !== null) assert.ok(ticket && index <= ids.length);
    if (kind === 'UPDATE') return assert.equal(index, previousIndex);
    assert.equal(index === null, kind === 'LEAVE');
    assert.equal(previousIndex === null, kind === 'ENTER');
    if (kind === 'ENTER')
      assert.ok(!ids.includes(ticket!.id) && ids.length < (this.args.first ?? 25));
  }
}
