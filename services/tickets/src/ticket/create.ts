import { Refusal } from '@deskgraph/common/errors';
import { recordAll } from '@deskgraph/common/events';
import type { Context } from '@deskgraph/common/transaction';
import { attach } from '../attachment/attach.ts';
import { drive } from '../category/drive.ts';
import { filled } from '../field/set.ts';
import { demand } from '../form/demand.ts';
import { formId } from '../form/find.ts';
import { heldCaller } from '../requester/directory.ts';
import { metByMail } from '../requester/mail.ts';
import { type Resolved, resolve } from '../requester/resolve.ts';
import { refuseBlocked } from '../sender/refuse.ts';
import type { TicketCreateInput } from './input.ts';
import { open } from './open.ts';
import type { TicketCreatePayload } from './payload.ts';
import { agentId, departmentId, optional, ownExternalId } from './reference.ts';
import { refuseTaken } from './taken.ts';
import { ChannelKind, TicketOrigin } from './words.ts';

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
export async function create(ctx: Context, input: TicketCreateInput): Promise<TicketCreatePayload> {
  const { actor } = ctx;
  const channel = channelOf(ctx, input);
  const externalId = ownExternalId(actor, input.externalId);
  const { requester, name, met } =
    actor.kind === 'customer'
      ? await ownRequester(ctx, input)
      : await resolve(ctx, required(input.requester));
  await refuseBlocked(ctx, requester.id, actor.kind === 'customer' ? null : 'requester');
  if (externalId) await refuseTaken(ctx, externalId);
  const driven = await drive(ctx, input.categoryId);
  const { values: fields } = await filled(ctx, {}, input.fields);
  const copied = await metByMail(ctx, input.ccs ?? [], 'ccs');
  const { ticket, message, facts } = await open(ctx, {
    ...input,
    fields,
    formId: await optional(input.formId, (id) => formId(ctx, id, 'formId')),
    requester,
    requesterName: name,
    ccIds: copied.ids.filter((id) => id !== requester.id),
    channel,
    externalId,
    origin: ORIGINS[actor.kind],
    author: authorOf(ctx, requester.id, name),
    priority: input.priority ?? driven.priority,
    departmentId:
      (await optional(input.departmentId, (id) => departmentId(ctx, id, 'departmentId'))) ??
      driven.departmentId,
    assigneeId: await optional(input.assigneeId, (id) => agentId(ctx, id, 'assigneeId')),
  });
  await demand(ctx, ticket, 'CREATE');
  await attach(ctx, message, input.attachmentIds);
  await recordAll(ctx, [...met, ...copied.met, ...facts]);
  return { ticket, message, userErrors: [] };
}

/** An app hands in what the customer wrote; staff write themselves. */
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

function required<T>(requester: T | null | undefined): T {
  if (!requester) throw new Refusal('REQUIRED', 'requester');
  return requester;
}

async function ownRequester(ctx: Context, input: TicketCreateInput): Promise<Resolved> {
  const foreign = STAFF_ONLY.filter((field) => input[field] !== null && input[field] !== undefined);
  if (foreign.length)
    throw new Refusal(foreign.map((field) => ({ code: 'FORBIDDEN', field: ['input', field] })));
  const requester = await heldCaller(ctx);
  return { requester, name: requester.name, met: [] };
}
