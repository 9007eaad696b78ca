import { KINDS, type Kind, type Things } from '../fixtures/fixtures.ts';
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
import type { Existence, FieldRight, MutationRight, QueryRight, Rights, Way } from './right.ts';
import { ticket } from './ticket.ts';
import { view } from './view.ts';
import { workspace } from './workspace.ts';

const ways = (args: (id: string) => object): Record<string, Way> =>
  Object.fromEntries(
    KINDS.map((kind) => [kind, { kind, args: (things: Things) => args(things[kind].id) }]),
  );

const node: Rights = {
  queries: {
    node: { may: SIGNED_IN, ways: ways((id) => ({ id })) },
    nodes: { may: SIGNED_IN, ways: ways((id) => ({ ids: [id] })) },
  },
};

const NOUNS: Rights[] = [
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

export const EXISTS = Object.assign({}, ...NOUNS.map(({ exists }) => exists)) as Record<
  Kind,
  Existence
>;
export const QUERIES = Object.assign({}, ...NOUNS.map(({ queries }) => queries)) as Record<
  string,
  QueryRight
>;
export const FIELDS = Object.assign({}, ...NOUNS.map(({ fields }) => fields)) as Record<
  string,
  FieldRight
>;
export const MUTATIONS = Object.assign({}, ...NOUNS.map(({ mutations }) => mutations)) as Record<
  string,
  MutationRight
>;
