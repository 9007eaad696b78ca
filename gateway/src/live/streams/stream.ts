import type { GraphQLFormattedError } from 'graphql';
import { ERROR_MESSAGES } from '@deskgraph/common/core/errors';
import { newId } from '@deskgraph/common/core/id';
import type { Log } from '@deskgraph/common/core/log';
import type { Variables } from '../../subgraphs/federation.ts';
import type { Compiled } from '../operation/compile.ts';
import type { LiveLimits } from '../live-limits.ts';
import type { Memo } from './ttl-cache.ts';
import { Pipeline } from './pipeline.ts';
import { type Entry, type Place, Ring } from './ring.ts';
import { renderer, shownErrors } from '../operation/complete-event.ts';
import type { Scope } from './scope.ts';
import type { LiveUpstreams, Pushed } from './upstream.ts';

/** Where the events of one client go. */
export interface Sink {
  /** False when there is no room now; the client's seat is to be asked to go on once there is. */
  write(entry: Entry): boolean;
  /** Nothing came for it up to this cursor. */
  passed(cursor: string): void;
  /** Nothing more comes, for these reasons if any. */
  end(errors?: readonly GraphQLFormattedError[]): void;
  /** Nothing more comes, for what should come next is not kept any more. */
  tooSlow(): void;
}

/** One client in a stream. */
export interface Reader extends Place {
  sink: Sink;
  /** Of the last event that it got, or where it began. */
  cursor: string | undefined;
}

export interface StreamOptions {
  upstreams: LiveUpstreams;
  limits: LiveLimits;
  log: Log;
  memo: Memo;
  patienceMs: number;
}

export interface StreamOf {
  compiled: Compiled;
  variables: Variables;
  scope: Scope;
  /** Where it begins; now without one. */
  after?: string | undefined;
  /** Called when events were added. */
  grown: () => void;
  /** Called for a reader whose next event is not kept any more. */
  fellBehind: (reader: Reader) => void;
  /** Called once when it is over, whoever ended it. */
  closed: () => void;
}

const RETRY_MS = 50;
const LONGEST_RETRY_MS = 5_000;

const refusal = (
  reason: string,
  message: string,
  cursor: string | undefined,
): GraphQLFormattedError => ({
  message,
  extensions: { code: 'THROTTLED', reason, ...(cursor !== undefined && { cursor }) },
});

/** What one operation with its variables brings to one scope: one subscription upstream, each event completed and written once, any number of readers. */
export class Stream {
  readonly readers = new Set<Reader>();
  readonly ring: Ring;
  /** The cursor up to which events are in the ring. */
  reached: string | undefined;
  /** The query that reads anew what the stream tells of, where its owner has named one. */
  anew: string | undefined;
  readonly #of: StreamOf;
  readonly #options: StreamOptions;
  readonly #render: (pushed: Pushed) => Promise<string>;
  readonly #pipeline: Pipeline<
    | { entry: Entry; isState: boolean }
    | { passed: string }
    | { ended: GraphQLFormattedError[] | undefined }
  >;
  /** The last cursor that came from upstream, completed or not. */
  #seen: string | undefined;
  #stop: (() => void) | undefined;
  #retry: NodeJS.Timeout | undefined;
  #attempts = 0;
  /** Has anything been told since the subscription was opened upstream? */
  #isFresh = true;
  #isOver = false;

  constructor(of: StreamOf, options: StreamOptions) {
    const { limits, log, memo, patienceMs } = options;
    const { compiled, variables, scope, after } = of;
    this.#of = of;
    this.#options = options;
    this.#seen = after;
    this.reached = after;
    this.ring = new Ring(limits.kept, limits.keptBytes, after);
    this.#render = renderer(compiled, variables, scope, {
      log,
      memo,
      patienceMs,
      completeMs: limits.completeMs,
    });
    this.#pipeline = new Pipeline(limits.atOnce, (done) => {
      if (this.#isOver) return;
      if ('ended' in done) return this.finish(done.ended);
      if ('passed' in done) {
        this.ring.pass(done.passed);
        this.reached = done.passed;
        for (const reader of this.readers) {
          if (reader.first || reader.next < this.ring.end) continue;
          reader.cursor = done.passed;
          reader.sink.passed(done.passed);
        }
      } else {
        this.ring.push(done.entry, done.isState);
        this.reached = done.entry.cursor;
        for (const reader of this.readers) this.pump(reader);
      }
      of.grown();
    });
    this.#begin();
  }

  /** Gives a reader what it has not got yet, as far as it takes it. */
  pump(reader: Reader): void {
    const { ring } = this;
    while (reader.first || reader.next < ring.end) {
      if (reader.next < ring.first) return this.#of.fellBehind(reader);
      const entry = reader.first ?? ring.at(reader.next);
      if (!reader.sink.write(entry)) return;
      if (reader.first) reader.first = undefined;
      else reader.next++;
      reader.cursor = entry.cursor ?? reader.cursor;
    }
  }

  /** Is everything that came from upstream in the ring? */
  get isSettled(): boolean {
    return this.#pipeline.size === 0;
  }

  finish(errors?: readonly GraphQLFormattedError[]): void {
    const readers = [...this.readers];
    this.close();
    for (const { sink } of readers) sink.end(errors);
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#retry);
    this.readers.clear();
    this.#pipeline.clear();
    this.#stop?.();
    this.#of.closed();
  }

  #begin(): void {
    const { plan, resumeVariable } = this.#of.compiled;
    const given = Object.entries(this.#of.variables).filter(([name]) =>
      plan.variables.includes(name),
    );
    const variables = Object.fromEntries(given);
    if (resumeVariable && this.#seen !== undefined) variables[resumeVariable] = this.#seen;
    this.#isFresh = true;
    const request = { query: plan.query, operationName: plan.operationName, variables };
    this.#stop = this.#options.upstreams.subscribe(plan.subgraph, this.#of.scope, request, {
      next: (pushed) => this.#came(pushed),
      ended: (errors) =>
        this.#pipeline.push(async () => ({ ended: errors && this.#shown(errors) })),
      lost: () => this.#again(),
    });
  }

  #again(): void {
    if (this.#isOver) return;
    const wait =
      Math.min(RETRY_MS * 2 ** this.#attempts++, LONGEST_RETRY_MS) * (0.5 + Math.random());
    this.#retry = setTimeout(() => this.#begin(), wait);
  }

  #shown(errors: GraphQLFormattedError[]): GraphQLFormattedError[] {
    const plain = errors.map(({ message, extensions }) => ({
      message,
      ...(extensions && { extensions }),
    }));
    return shownErrors(plain, newId('req'), this.#options.log);
  }

  #came(pushed: Pushed): void {
    if (this.#isOver) return;
    this.#attempts = 0;
    const { cursor, resyncQuery } = pushed.extensions ?? {};
    this.anew = resyncQuery ?? this.anew;
    // Neither data nor errors: the subgraph only says how far it has come.
    const isMark = !pushed.data && !pushed.errors;
    const isState = this.#isFresh && !isMark && !this.#of.compiled.resumeVariable;
    this.#isFresh &&= isMark;
    if (cursor !== undefined && cursor === this.#seen) return;
    this.#seen = cursor ?? this.#seen;
    if (isMark) {
      if (cursor !== undefined) this.#pipeline.push(async () => ({ passed: cursor }));
      return;
    }
    if (this.#pipeline.size >= this.#options.limits.waiting) {
      const message = `${ERROR_MESSAGES.UNAVAILABLE} Events came faster than they could be completed; go on from the cursor.`;
      return this.finish([refusal('SUBSCRIPTION_OVERFLOW', message, this.reached)]);
    }
    this.#pipeline.push(async () => ({
      entry: { json: await this.#render(pushed), cursor },
      isState: isState && !pushed.errors,
    }));
  }
}
