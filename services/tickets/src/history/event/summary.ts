import type { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import type { LoggedTicketData } from '@deskgraph/common/contract/ticket-events';
import { translationFor } from '@deskgraph/common/core/language';
import type { Context } from '@deskgraph/common/database/context';
import type { DomainEvent } from '@deskgraph/common/events/types';
import { MessageVisibility } from '../../model/message/message.ts';
import { visibleStatus } from '../../model/ticket/read-rights.ts';
import { STATUS_NAMES, SUMMARY_TEXTS, type SummaryTexts } from './summary-texts.ts';

/** One line about an event, in the caller's first supported language, else in English. */
export function eventSummary(
  { type, actor, data }: DomainEvent<LoggedTicketData>,
  ctx: Context,
): string {
  const text = translationFor(SUMMARY_TEXTS, ctx.locales)[textKeyOf(type, data)];
  const status = (data.changes?.['status']?.[1] ?? data.state.status) as TicketStatus;
  const statusNames = translationFor(STATUS_NAMES, ctx.locales);
  return text
    .replace('{who}', () => actor.name)
    .replace('{status}', () => statusNames[visibleStatus(ctx.actor, status)]);
}

function textKeyOf(
  type: string,
  { changes = {}, visibility }: LoggedTicketData,
): keyof SummaryTexts {
  if (type === 'message.added') return visibility === MessageVisibility.PUBLIC ? 'reply' : 'note';
  if (type === 'ticket.assigned') {
    if (!('assigneeId' in changes)) return 'departmentChanged';
    return changes['assigneeId']![1] ? 'assigned' : 'unassigned';
  }
  if (type === 'ticket.participants_changed') {
    if ('ccIds' in changes) return 'ccsChanged';
    const [before, after] = changes['followerIds'] as [string[], string[]];
    return after.length > before.length ? 'participantFollowed' : 'participantUnfollowed';
  }
  if (type === 'ticket.spam_marked') return changes['spam']?.[1] ? 'spamMarked' : 'spamUnmarked';
  return TEXT_KEYS[type] ?? 'other';
}

const TEXT_KEYS: Record<string, keyof SummaryTexts> = {
  'ticket.created': 'created',
  'ticket.updated': 'updated',
  'ticket.status_changed': 'statusChanged',
  'ticket.followed_up': 'followedUp',
  'ticket.escalated': 'escalated',
  'ticket.escalation_ended': 'escalationEnded',
  'ticket.snoozed': 'snoozed',
  'ticket.woken': 'snoozeEnded',
  'ticket.merged': 'merged',
  'message.redacted': 'redacted',
  'ticket.notified': 'notified',
  'message.scheduled': 'scheduled',
  'message.cancelled': 'scheduledCancelled',
  'ticket.split': 'split',
  'ticket.linked': 'linked',
  'ticket.unlinked': 'unlinked',
  'operation.undone': 'undone',
  'ticket.deleted': 'deleted',
  'ticket.restored': 'restored',
  'ticket.purged': 'purged',
  'ticket.requester_changed': 'requesterChanged',
};
