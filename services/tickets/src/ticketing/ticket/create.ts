import { ChannelKind, TicketOrigin } from '@deskgraph/common/contract/ticket-enums';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { appendEvents } from '@deskgraph/common/events/log';
import { categoryDefaults } from '../../configuration/category/defaults.ts';
import { applyFieldValues } from '../../configuration/field/values.ts';
import { refuseMissingFields } from '../../configuration/form/form-fields.ts';
import { requireForm } from '../../configuration/form/queries.ts';
import { refuseTakenExternalId } from '../../model/lookup/queries.ts';
import { refuseBlockedSender } from '../../people/block-list/block-list.ts';
import { discoverByEmail } from '../../people/requester/email.ts';
import { lockCallerAsRequester } from '../../people/requester/repository.ts';
import { type ResolvedRequester, resolveRequester } from '../../people/requester/resolve.ts';
import {
  appOnlyExternalId,
  ifPresent,
  requireAssigneeId,
  requireDepartmentId,
} from '../../staff/references.ts';
import { attachFiles } from '../attachment/mutations.ts';
import { openTicket } from '../message/open-ticket.ts';
import type { TicketCreateInput, TicketCreatePayload } from './input.ts';

const STAFF_ONLY = ['requester', 'priority', 'assigneeId', 'tags', 'visibility'] as const;
const REQUESTER_CHANNELS: ReadonlySet<ChannelKind> = new Set([
  ChannelKind.PORTAL,
  ChannelKind.WEB_FORM,
  ChannelKind.CHAT,
  ChannelKind.KNOWLEDGE_BASE,
]);
const ORIGINS = {
  customer: TicketOrigin.CUSTOMER,
  agent: TicketOrigin.AGENT,
  app: TicketOrigin.APP,
  system: TicketOrigin.APP,
};

/** Creates a ticket with its first message. */
export async function createTicket(
  ctx: Context,
  input: TicketCreateInput,
): Promise<TicketCreatePayload> {
  const { actor } = ctx;
  const channel = channelOf(ctx, input);
  const externalId = appOnlyExternalId(actor, input.externalId);
  const { requester, name, discovered } =
    actor.kind === 'customer'
      ? await callerAsRequester(ctx, input)
      : await resolveRequester(ctx, requireRequester(input.requester));
  await refuseBlockedSender(ctx, requester.id, actor.kind === 'customer' ? null : 'requester');
  if (externalId) await refuseTakenExternalId(ctx, externalId);
  const defaults = await categoryDefaults(ctx, input.categoryId);
  const { values: fields } = await applyFieldValues(ctx, {}, input.fields);
  const ccs = await discoverByEmail(ctx, input.ccs ?? [], 'ccs');
  const { ticket, message, events } = await openTicket(ctx, {
    ...input,
    fields,
    formId: await ifPresent(input.formId, (id) => requireForm(ctx, id, 'formId')),
    requester,
    requesterName: name,
    ccIds: ccs.ids.filter((id) => id !== requester.id),
    channel,
    externalId,
    origin: ORIGINS[actor.kind],
    author: authorOf(ctx, requester.id, name),
    priority: input.priority ?? defaults.priority,
    departmentId:
      (await ifPresent(input.departmentId, (id) => requireDepartmentId(ctx, id, 'departmentId'))) ??
      defaults.departmentId,
    assigneeId: await ifPresent(input.assigneeId, (id) => requireAssigneeId(ctx, id, 'assigneeId')),
  });
  await refuseMissingFields(ctx, ticket, 'CREATE');
  await attachFiles(ctx, message, input.attachmentIds);
  await appendEvents(ctx, [...discovered, ...ccs.events, ...events]);
  return { ticket, message, userErrors: [] };
}

/** Apps submit what the customer has written; agents are the authors of their messages. */
const authorOf = ({ actor }: Context, requesterId: string, name: string) =>
  actor.kind === 'agent' ? actor : { kind: 'customer' as const, id: requesterId, name };

function channelOf({ actor }: Context, { channel }: TicketCreateInput): ChannelKind {
  if (actor.kind === 'customer') {
    if (channel && !REQUESTER_CHANNELS.has(channel)) throw new Refusal('INVALID', 'channel');
    return channel ?? ChannelKind.PORTAL;
  }
  if (!channel && actor.kind === 'agent') throw new Refusal('REQUIRED', 'channel');
  return channel ?? ChannelKind.API;
}

function requireRequester<T>(requester: T | null | undefined): T {
  if (!requester) throw new Refusal('REQUIRED', 'requester');
  return requester;
}

async function callerAsRequester(
  ctx: Context,
  input: TicketCreateInput,
): Promise<ResolvedRequester> {
  const forbidden = STAFF_ONLY.filter((field) => (input[field] ?? null) !== null);
  if (forbidden.length)
    throw new Refusal(forbidden.map((field) => ({ code: 'FORBIDDEN', field: ['input', field] })));
  const requester = await lockCallerAsRequester(ctx);
  return { requester, name: requester.name, discovered: [] };
}
