import { FIXTURE_KINDS, type FixtureKind, type Fixtures } from '../fixtures/fixtures.ts';
import { agent } from './agent.ts';
import { article } from './article.ts';
import { attachment } from './attachment.ts';
import { SIGNED_IN } from './callers.ts';
import { customer } from './customer.ts';
import { escalation } from './escalation.ts';
import { form } from './form.ts';
import { macro } from './macro.ts';
import { message } from './message.ts';
import { notification } from './notification.ts';
import { operation } from './operation.ts';
import type { Visibility, FieldRight, MutationRight, QueryRight, Rights, Lookup } from './right.ts';
import { ticket } from './ticket.ts';
import { view } from './view.ts';
import { workspace } from './workspace.ts';

const lookupsOfAllKinds = (args: (id: string) => object): Record<string, Lookup> =>
  Object.fromEntries(
    FIXTURE_KINDS.map((kind) => [
      kind,
      { kind, args: (fixtures: Fixtures) => args(fixtures[kind].id) },
    ]),
  );

const node: Rights = {
  queries: {
    node: { allowed: SIGNED_IN, lookups: lookupsOfAllKinds((id) => ({ id })) },
    nodes: { allowed: SIGNED_IN, lookups: lookupsOfAllKinds((id) => ({ ids: [id] })) },
  },
};

const ALL_RIGHTS: Rights[] = [
  agent,
  article,
  attachment,
  customer,
  escalation,
  form,
  macro,
  message,
  node,
  notification,
  operation,
  ticket,
  view,
  workspace,
];

export const VISIBILITY = Object.assign(
  {},
  ...ALL_RIGHTS.map(({ visibility: exists }) => exists),
) as Record<FixtureKind, Visibility>;
export const QUERIES = Object.assign({}, ...ALL_RIGHTS.map(({ queries }) => queries)) as Record<
  string,
  QueryRight
>;
export const FIELDS = Object.assign({}, ...ALL_RIGHTS.map(({ fields }) => fields)) as Record<
  string,
  FieldRight
>;
export const MUTATIONS = Object.assign(
  {},
  ...ALL_RIGHTS.map(({ mutations }) => mutations),
) as Record<string, MutationRight>;
