import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DomainEvent } from '@deskgraph/common/events/types';
import { newId, newUuid } from '@deskgraph/common/core/id';
import type { LoggedTicketState } from '@deskgraph/common/contract/ticket-state';
import { ChannelKind, TicketPriority, TicketStatus } from '@deskgraph/common/contract/ticket-enums';

/**
 * A fake event log of the tickets service: added events get the next position and are served with
 * the protocol of the real service.
 */
export interface FakeTicketsFeed {
  url: string;
  log: DomainEvent[];
  add: (...facts: Omit<DomainEvent, 'position'>[]) => void;
  stop: () => Promise<void>;
}

export interface FakeOptions {
  page?: number;
  /** Facts before the asked position that are served once more. */
  overlap?: number;
}

export async function startFakeTicketsFeed({
  page = 500,
  overlap = 0,
}: FakeOptions = {}): Promise<FakeTicketsFeed> {
  const log: DomainEvent[] = [];
  const waiting = new Set<() => void>();
  const server: Server = createServer((request, response) => {
    const query = new URL(request.url!, 'http://feed').searchParams;
    const after = Number(query.get('after'));
    const facts = (): DomainEvent[] =>
      log.length > after ? log.slice(Math.max(0, after - overlap), after + page) : [];
    const end = (): void => {
      clearTimeout(timer);
      waiting.delete(end);
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ events: facts() }));
    };
    const timer = setTimeout(end, facts().length ? 0 : Number(query.get('wait')));
    waiting.add(end);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    add: (...facts) => {
      for (const fact of facts) log.push({ ...fact, position: log.length + 1 });
      for (const end of waiting) end();
    },
    stop: async () => {
      for (const end of waiting) end();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** The same numbers for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface SampleIds {
  workspace: string;
  departments: string[];
  agents: string[];
  requesters: string[];
  category: string;
  status: string;
  form: string;
  organization: string;
  problem: string;
  field: string;
}

export const newSampleIds = (workspace: string): SampleIds => ({
  workspace,
  departments: [newId('dep'), newId('dep'), newId('dep')],
  agents: [newId('agt'), newId('agt'), newId('agt'), newId('agt')],
  requesters: [newId('cus'), newId('cus')],
  category: newId('cat'),
  status: newId('sta'),
  form: newId('frm'),
  organization: newId('org'),
  problem: newId('tkt'),
  field: newId('fld'),
});

type SampleEvent = Omit<DomainEvent, 'position'>;

export const sampleEvent = (
  workspace: string,
  type: string,
  subject: string,
  at: Date,
  data: object,
): SampleEvent => ({
  id: newUuid(),
  workspace,
  type,
  subject,
  version: 1,
  actor: { kind: 'system', id: 'sys', name: 'System' },
  occurredAt: at.toISOString(),
  data: data as Record<string, unknown>,
});

const HOUR = 3_600_000;

/** The life of one ticket as facts, as chance has it; now and then a fact's instant lies before an earlier one's. */
export function sampleTicketEvents(
  cast: SampleIds,
  number: number,
  from: Date,
  to: Date,
  random: () => number,
): SampleEvent[] {
  const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const maybe = <T>(list: readonly T[]): T | null => (random() < 0.25 ? null : oneOf(list));
  const createdAt = new Date(
    from.getTime() + Math.floor(random() * (to.getTime() - from.getTime())),
  );
  const state: LoggedTicketState = {
    number,
    status: random() < 0.1 ? oneOf([TicketStatus.SOLVED, TicketStatus.CLOSED]) : TicketStatus.NEW,
    priority: oneOf(Object.values(TicketPriority)),
    channel: oneOf(Object.values(ChannelKind)),
    departmentId: maybe(cast.departments),
    assigneeId: maybe(cast.agents),
    requesterId: oneOf(cast.requesters),
    tags: random() < 0.3 ? ['refund'] : [],
    followerIds: number % 4 ? [] : [cast.agents[0]!],
    formId: number % 3 ? null : cast.form,
    locale: oneOf(['sl', 'pt-BR', null]),
    product: oneOf(['Mill', 'Kettle', null]),
    externalId: oneOf(['A-1', null]),
    handled: random() < 0.5,
    reopenCount: number % 4,
    transferCount: number % 3,
    organizationId: oneOf([cast.organization, null]),
    problemId: oneOf([cast.problem, null, null]),
    closedAt: oneOf([createdAt.toISOString(), null]),
    createdAt: createdAt.toISOString(),
  };
  const by = { kind: 'system', id: 'sys', name: 'System' } as const;
  const id = newId('tkt');
  let at = createdAt;
  let answered = false;
  const fact = (type: string, data: object = {}): SampleEvent =>
    sampleEvent(cast.workspace, type, id, at, { state: { ...state }, ...data });
  if (state.status !== TicketStatus.NEW && random() < 0.5) at = new Date(at.getTime() + HOUR);
  const life = [fact('ticket.created', { origin: 'CUSTOMER' })];
  const steps = Math.floor(random() * 9);
  for (let step = 0; step < steps; step++) {
    const chance = random();
    at = new Date(
      at.getTime() +
        (random() < 0.15
          ? 0
          : Math.floor((random() < 0.1 ? -random() : random() * random()) * 60 * HOUR)),
    );
    if (chance < 0.4) {
      state.status = oneOf(Object.values(TicketStatus));
      state.customStatusId = state.status === TicketStatus.PENDING ? cast.status : null;
      life.push(fact('ticket.status_changed'));
    } else if (chance < 0.65) {
      if (random() < 0.5) state.departmentId = maybe(cast.departments);
      state.assigneeId = maybe(cast.agents);
      life.push(fact('ticket.assigned'));
    } else if (chance < 0.68) {
      state.spam = !state.spam;
      life.push(fact('ticket.spam_marked'));
    } else if (chance < 0.7) {
      state.deletedAt = state.deletedAt ? null : at.toISOString();
      life.push(fact(state.deletedAt ? 'ticket.deleted' : 'ticket.restored'));
    } else if (chance < 0.73) {
      state.snooze = state.snooze
        ? null
        : { until: null, wakeOnReply: true, since: at.toISOString(), by };
      life.push(fact(state.snooze ? 'ticket.snoozed' : 'ticket.woken'));
      state.escalation = state.snooze
        ? { pathId: null, step: 0, reason: '', since: at.toISOString(), by }
        : null;
      life.push(fact(state.escalation ? 'ticket.escalated' : 'ticket.escalation_ended'));
    } else if (chance < 0.8) {
      state.priority = oneOf(Object.values(TicketPriority));
      state.tags = random() < 0.5 ? ['refund', 'vip'] : [];
      state.categoryId = state.tags.length ? cast.category : null;
      state.fields = state.tags.length
        ? { [cast.field]: state.number % 2 ? ['Red', 'blue'] : state.number }
        : {};
      life.push(fact('ticket.updated'));
    } else {
      const firstReply: boolean = !answered && random() < 0.6;
      answered ||= firstReply;
      life.push(fact('message.added', { visibility: 'PUBLIC', ...(firstReply && { firstReply }) }));
    }
  }
  return life;
}

/** Several lives as one log: each in its order, otherwise mixed. */
export function interleave(lives: readonly SampleEvent[][], random: () => number): SampleEvent[] {
  const queues = lives.map((life) => [...life]);
  const log: SampleEvent[] = [];
  while (queues.length) {
    const at = Math.floor(random() * queues.length);
    log.push(queues[at]!.shift()!);
    if (!queues[at]!.length) queues.splice(at, 1);
  }
  return log;
}
