import type { Desk } from '../fixtures/desk.ts';
import type { PlatformHandle } from '../platform/platform-handle.ts';
import { sharedPlatform } from '../platform/shared.ts';
import { MUTATIONS } from '../rights/graph.ts';
import { actionOn } from '../rights/macro.ts';
import { type RootField, mutations } from '../fixtures/schema.ts';
import { type Fixtures, createFixtures } from '../fixtures/fixtures.ts';
import { type Payload, type PlacedValue, type InputOutcome, isLimitReached } from './verdict.ts';
import { withValueAt, inputTypeOf } from './input-path.ts';
import { type Attempt, mutationField, batchingDesk, sendAliased } from './aliased-batch.ts';

/** A workspace in which inputs are tried. A new workspace replaces it when it reaches a limit. */
export interface FuzzSession {
  platform: PlatformHandle;
  desk: Desk;
  own: Fixtures;
  foreign: Fixtures;
  /** Returns a valid input. `paths` are the places in which the caller will change it. */
  validInput(name: string, paths?: readonly string[]): object | Promise<object>;
  /** Submits values in an otherwise valid input. The values of one group share an input. */
  submit(
    field: RootField,
    groups: readonly PlacedValue[][],
    base?: object,
  ): Promise<InputOutcome[]>;
}

/** The sender of a mutation: the app where apps may send it, otherwise the agent. */
export const senderOf = (name: string): 'partner' | 'agent' =>
  MUTATIONS[name]!.allowed.includes('partner') ? 'partner' : 'agent';

/** Returns the noun of a create mutation that has a delete mutation. */
function createdNoun({ name }: RootField): string | undefined {
  const noun = name.endsWith('Create') ? name.slice(0, -'Create'.length) : '';
  return mutations.some((each) => each.name === `${noun}Delete`) ? noun : undefined;
}

export async function startFuzzSession(): Promise<FuzzSession> {
  const platform = await sharedPlatform();
  const open = async (): Promise<{ desk: Desk; own: Fixtures }> => {
    const desk = await platform.desk();
    return { desk, own: await createFixtures(desk, 'customer', 'EXTERNAL') };
  };
  const [here, other] = await Promise.all([open(), open()]);
  let batching = batchingDesk(here.desk, platform.url);
  let inputCount = 0;

  /**
   * Returns an input with existing entities for mutations that can be repeated, which saves
   * creating new ones.
   */
  const repeatableInput = async (
    name: string,
    paths: readonly string[],
  ): Promise<object | undefined> => {
    const { ticket, message, tag, department, canned, access, macro, customer } = session.own;
    const existing: Record<string, object> = {
      messageRedact: message,
      tagUpdate: tag,
      departmentUpdate: department,
      cannedResponseUpdate: canned,
      accessRoleUpdate: access,
      macroUpdate: macro,
    };
    if (name in existing) return { id: (existing[name] as { id: string }).id };
    if (name === 'ticketRequesterChange')
      return { id: ticket.id, requester: { customerId: customer.id } };
    // The input names tickets by ids or by a filter, not by both.
    if (name === 'ticketsUpdate' && paths.some((path) => path.startsWith('filter')))
      return { filter: { number: { eq: -1 } }, action: actionOn(session.own) };
    // As `reader`, who cannot upload, the input is built without a new file.
    if (name === 'ticketCreate' || name === 'messageAdd') {
      const { attachmentIds: _, ...rest } = (await MUTATIONS[name]!.input(
        session.own,
        'reader',
        ++inputCount,
        batching,
      )) as Record<string, unknown>;
      return rest;
    }
    return undefined;
  };

  const submitOnce = (
    field: RootField,
    groups: readonly PlacedValue[][],
    base?: object,
  ): Promise<InputOutcome[]> => {
    const { name } = field;
    const type = inputTypeOf(field);
    const tries = groups.map((what): Attempt<PlacedValue[]> => ({
      what,
      size: what.reduce((size, { value }) => size + JSON.stringify(value ?? null).length, 0),
      make: async () => {
        const paths = what.map(({ leaf }) => leaf.path);
        const good = base ?? (await session.validInput(name, paths));
        return what.reduce(
          (input, { leaf, value }) =>
            withValueAt(input, type, leaf.path, value, { fieldId: session.own.field.id }),
          good,
        );
      },
    }));
    const made = createdNoun(field);
    const deleteCreated = async (payloads: Payload[]): Promise<void> => {
      const ids = payloads.flatMap(
        (payload) => (payload[made!] as { id: string } | null)?.id ?? [],
      );
      await Promise.all(ids.map((id) => batching.mutate(senderOf(name), `${made}Delete`, { id })));
    };
    const aliasedField = mutationField(name, made ? `${made} { id }` : '__typename');
    return sendAliased(
      platform.url,
      session.desk.tokens[senderOf(name)],
      aliasedField,
      tries,
      made ? deleteCreated : undefined,
    );
  };

  const session: FuzzSession = {
    ...here,
    platform,
    foreign: other.own,
    validInput: async (name, paths = []) =>
      (await repeatableInput(name, paths)) ??
      MUTATIONS[name]!.input(session.own, senderOf(name), ++inputCount, batching),
    submit: async (field, groups, base) => {
      const outcomes = await submitOnce(field, groups, base);
      const unanswered = outcomes.filter(isLimitReached).map(({ what }) => what);
      if (!unanswered.length) return outcomes;
      Object.assign(session, await open());
      batching = batchingDesk(session.desk, platform.url);
      return [
        ...outcomes.filter((each) => !isLimitReached(each)),
        ...(await submitOnce(field, unanswered)),
      ];
    },
  };
  return session;
}
