import {
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  execute,
} from 'graphql';
import type { Actor } from '@deskgraph/common/auth/access';
import type { Event } from './desk.ts';
import type { LiveList } from './list.ts';

/** One subscription that the gateway opened at the subgraph `tickets`. */
export interface UpstreamSubscription {
  query: string;
  variables: Record<string, unknown>;
  actor?: Actor;
  hasEnded: boolean;
}

/** The signals between a desk and its subscriptions. */
export interface Signals {
  /** Called when the log or the list has changed. */
  onChange: Set<() => void>;
  /** End the active subscriptions. */
  endSubscription: Set<() => void>;
  /** Checks the conditions of `waitFor`. */
  checkConditions(): void;
}

interface SubscribeOptions {
  args: ExecutionArgs;
  schema: GraphQLSchema;
  list: LiveList;
  signals: Signals;
  log: readonly Event[];
}

/** The events of one subscription, from its cursor or from now on. */
export function subscribe(
  options: SubscribeOptions,
): AsyncIterableIterator<ExecutionResult> | ExecutionResult {
  const { args, schema, list, signals, log } = options;
  const subscription = args.contextValue as UpstreamSubscription;
  const root = args.document.definitions.find((node) => node.kind === 'OperationDefinition')!
    .selectionSet.selections[0]!;
  const field = root.kind === 'Field' ? root.name.value : '';
  if (field === 'refused')
    return {
      errors: [new GraphQLError('A right is missing.', { extensions: { code: 'FORBIDDEN' } })],
    };
  const after = Object.entries(subscription.variables).find(([name]) =>
    name.endsWith('after'),
  )?.[1];
  const isList = field === 'list';
  let index = log.length;
  if (isList) index = list.changes.length;
  else if (after !== undefined && after !== null)
    index = log.findIndex(({ cursor }) => cursor === after) + 1;
  let needsSnapshot = ['board', 'list', 'ticks'].includes(field);
  let needsCheckpoint = field === 'ticketStream';
  let wake: (() => void) | undefined;
  const done = { value: undefined, done: true } as const;
  const onChange = (): void => wake?.();
  const end = (): void => {
    subscription.hasEnded = true;
    signals.endSubscription.delete(end);
    signals.onChange.delete(onChange);
    onChange();
    signals.checkConditions();
  };
  signals.onChange.add(onChange);
  signals.endSubscription.add(end);

  const checkpoint = (): ExecutionResult => ({
    extensions: {
      cursor: after ?? log.at(-1)?.cursor ?? 'c0',
      resyncQuery: '{ lastEvent { id } }',
    },
  });
  /** The next event or snapshot. Undefined when there is none yet. */
  const nextEvent = (): Event | undefined => {
    if (needsSnapshot) {
      needsSnapshot = false;
      if (!isList) return log.at(-1);
      index = list.changes.length;
      return list.snapshot();
    }
    const event = isList ? list.changes[index] : log[index];
    if (event) index++;
    return event;
  };
  const isSelected = (event: Event): boolean => {
    const { subject } = subscription.variables;
    return (
      typeof subject !== 'string' || subject === (event['ticket'] as { subject: string }).subject
    );
  };
  const toResult = async (event: Event): Promise<ExecutionResult> => {
    const result = await execute({
      schema,
      document: args.document,
      variableValues: subscription.variables,
      rootValue: {
        ticketEvents: event,
        ticketStream: { cursor: event.cursor, event },
        board: event,
        list: event,
        ticks: event,
        ticketBatch: [event, event],
        ticketMaybe: event['maybe'] === null ? null : event['ticket'],
      },
    });
    return { ...result, ...(field !== 'ticks' && { extensions: { cursor: event.cursor } }) };
  };

  const events: AsyncIterableIterator<ExecutionResult> = {
    [Symbol.asyncIterator]: () => events,
    async next() {
      for (;;) {
        if (subscription.hasEnded) return done;
        if (needsCheckpoint) {
          needsCheckpoint = false;
          return { value: checkpoint(), done: false };
        }
        const event = nextEvent();
        if (!event) await new Promise<void>((resolve) => (wake = resolve));
        else if (isSelected(event)) return { value: await toResult(event), done: false };
      }
    },
    async return() {
      end();
      return done;
    },
  };
  return events;
}
