import type { Desk } from '../fixtures/desk.ts';
import type { Place } from '../platform/platform-handle.ts';
import { sharedPlatform } from '../platform/shared.ts';
import { MUTATIONS } from '../rights/graph.ts';
import { actionOn } from '../rights/macro.ts';
import { type RootField, mutations } from '../fixtures/schema.ts';
import { type Things, makeThings } from '../fixtures/fixtures.ts';
import { type Payload, type Placed, type Tried, isFull } from './verdict.ts';
import { having, inputOf } from './input-path.ts';
import { type Try, changeOf, gathered, together } from './aliased-batch.ts';

/** A workspace of a running platform in which inputs are tried; when it is full, another one. */
export interface Trial {
  platform: Place;
  desk: Desk;
  own: Things;
  foreign: Things;
  /** An input that is good; `paths` are the places in which it is going to be changed. */
  fresh(name: string, paths?: readonly string[]): object | Promise<object>;
  /** Tries values in their places of an input that is otherwise good; those of one company in the same input. */
  tried(field: RootField, companies: readonly Placed[][], base?: object): Promise<Tried[]>;
}

/** An app sends what apps may; what is for people only an agent. */
export const senderOf = (name: string): 'partner' | 'agent' =>
  MUTATIONS[name]!.may.includes('partner') ? 'partner' : 'agent';

/** What a mutation makes that another one takes away. */
function madeBy({ name }: RootField): string | undefined {
  const noun = name.endsWith('Create') ? name.slice(0, -'Create'.length) : '';
  return mutations.some((each) => each.name === `${noun}Delete`) ? noun : undefined;
}

export async function startTrial(): Promise<Trial> {
  const platform = await sharedPlatform();
  const open = async (): Promise<{ desk: Desk; own: Things }> => {
    const desk = await platform.desk();
    return { desk, own: await makeThings(desk, 'customer', 'EXTERNAL') };
  };
  const [here, other] = await Promise.all([open(), open()]);
  let quick = gathered(here.desk, platform.url);
  let times = 0;

  /** What is there already does, where a mutation can be done again and again. */
  const again = async (name: string, paths: readonly string[]): Promise<object | undefined> => {
    const { ticket, message, tag, department, canned, access, macro, customer } = trial.own;
    const things: Record<string, object> = {
      messageRedact: message,
      tagUpdate: tag,
      departmentUpdate: department,
      cannedResponseUpdate: canned,
      accessRoleUpdate: access,
      macroUpdate: macro,
    };
    if (name in things) return { id: (things[name] as { id: string }).id };
    if (name === 'ticketRequesterChange')
      return { id: ticket.id, requester: { customerId: customer.id } };
    // Tickets are named, or asked for.
    if (name === 'ticketsUpdate' && paths.some((path) => path.startsWith('filter')))
      return { filter: { number: { eq: -1 } }, action: actionOn(trial.own) };
    // Who uploads nothing sends no file.
    if (name === 'ticketCreate' || name === 'messageAdd') {
      const { attachmentIds: _, ...rest } = (await MUTATIONS[name]!.input(
        trial.own,
        'reader',
        ++times,
        quick,
      )) as Record<string, unknown>;
      return rest;
    }
    return undefined;
  };

  const sent = (
    field: RootField,
    companies: readonly Placed[][],
    base?: object,
  ): Promise<Tried[]> => {
    const { name } = field;
    const type = inputOf(field);
    const tries = companies.map((what): Try<Placed[]> => ({
      what,
      size: what.reduce((size, { value }) => size + JSON.stringify(value ?? null).length, 0),
      make: async () => {
        const paths = what.map(({ leaf }) => leaf.path);
        const good = base ?? (await trial.fresh(name, paths));
        return what.reduce(
          (input, { leaf, value }) =>
            having(input, type, leaf.path, value, { fieldId: trial.own.field.id }),
          good,
        );
      },
    }));
    const made = madeBy(field);
    const takeAway = async (payloads: Payload[]): Promise<void> => {
      const ids = payloads.flatMap(
        (payload) => (payload[made!] as { id: string } | null)?.id ?? [],
      );
      await Promise.all(ids.map((id) => quick.done(senderOf(name), `${made}Delete`, { id })));
    };
    const asked = changeOf(name, made ? `${made} { id }` : '__typename');
    return together(
      platform.url,
      trial.desk.tokens[senderOf(name)],
      asked,
      tries,
      made ? takeAway : undefined,
    );
  };

  const trial: Trial = {
    ...here,
    platform,
    foreign: other.own,
    fresh: async (name, paths = []) =>
      (await again(name, paths)) ??
      MUTATIONS[name]!.input(trial.own, senderOf(name), ++times, quick),
    tried: async (field, companies, base) => {
      const outcomes = await sent(field, companies, base);
      const untold = outcomes.filter(isFull).map(({ what }) => what);
      if (!untold.length) return outcomes;
      Object.assign(trial, await open());
      quick = gathered(trial.desk, platform.url);
      return [...outcomes.filter((each) => !isFull(each)), ...(await sent(field, untold))];
    },
  };
  return trial;
}
