import type { DomainEvent } from '@deskgraph/common/events/types';
import { translationFor } from '@deskgraph/common/core/language';
import type { Context } from '@deskgraph/common/database/context';
import { MessageVisibility } from '../../model/message/message.ts';
import { visibleStatus } from '../../model/ticket/read-rights.ts';
import type { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import type { LoggedTicketData } from '@deskgraph/common/contract/ticket-events';
import { SUMMARY_TEXTS, STATUS_NAMES, type SummaryTexts } from './summary-texts.ts';

/** One line about a fact, in the first of the reader's languages that is known, else in English. */
export function eventSummary(
  { type, actor, data }: DomainEvent<LoggedTicketData>,
  reader: Context,
): string {
  const sentence = translationFor(SUMMARY_TEXTS, reader.locales)[keyOf(type, data)];
  const status = (data.changes?.['status']?.[1] ?? data.state.status) as TicketStatus;
  return sentence
    .replace('{who}', () => actor.name)
    .replace(
      '{status}',
      () => translationFor(STATUS_NAMES, reader.locales)[visibleStatus(reader.actor, status)],
    );
}

function keyOf(type: string, { changes = {}, visibility }: LoggedTicketData): keyof SummaryTexts {
  if (type === 'message.added') return visibility === MessageVisibility.PUBLIC ? 'reply' : 'note';
  if (type === 'ticket.assigned') {
    if (!('assigneeId' in changes)) return 'handed';
    return changes['assigneeId']![1] ? 'assigned' : 'unassigned';
  }
  if (type === 'ticket.participants_changed') {
    if ('ccIds' in changes) return 'ccs';
    const [before, after] = changes['followerIds'] as [string[], string[]];
    return after.length > before.length ? 'joined' : 'left';
  }
  if (type === 'ticket.spam_marked') return changes['spam']?.[1] ? 'spam' : 'notSpam';
  return KEYS[type] ?? 'other';
}

const KEYS: Record<string, keyof SummaryTexts> = {
  'ticket.created': 'created',
  'ticket.updated': 'updated',
  'ticket.status_changed': 'status',
  'ticket.followed_up': 'followed',
  'ticket.escalated': 'escalated',
  'ticket.escalation_ended': 'calmed',
  'ticket.snoozed': 'snoozed',
  'ticket.woken': 'woken',
  'ticket.merged': 'merged',
  'message.redacted': 'redacted',
  'ticket.notified': 'notified',
  'message.scheduled': 'scheduled',
  'message.cancelled': 'unsent',
  'ticket.split': 'split',
  'ticket.linked': 'linked',
  'ticket.unlinked': 'unlinked',
  'operation.undone': 'undone',
  'ticket.deleted': 'deleted',
  'ticket.restored': 'restored',
  'ticket.purged': 'purged',
  'ticket.requester_changed': 'requester',
};
