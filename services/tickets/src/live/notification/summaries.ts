import type { DomainEvent } from '@deskgraph/common/events/types';
import { translationFor } from '@deskgraph/common/core/language';
import type { Context } from '@deskgraph/common/database/context';
import type { LoggedTicketData } from '@deskgraph/common/contract/ticket-events';
import { eventSummary } from '../../history/event/summary.ts';
import { ticketById } from '../../model/lookup/queries.ts';
import { visibleStatus } from '../../model/ticket/read-rights.ts';
import type { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { notificationEvent } from './queries.ts';
import type { Notification } from './notification.ts';
import { NotificationReason } from './reason.ts';

type SummaryKey =
  | 'newTicket'
  | 'assigned'
  | 'mention'
  | 'called'
  | 'opened'
  | 'reply'
  | 'escalation'
  | 'notSent'
  | 'copies'
  | 'OPEN'
  | 'PENDING'
  | 'SOLVED'
  | 'CLOSED';

/** Summaries by language. Without a key, the notification has the summary of its event. */
const SUMMARIES: Record<string, Record<SummaryKey, string>> = {
  en: {
    newTicket: 'New ticket',
    assigned: '{who} put you in charge',
    mention: '{who} named you in a note',
    called: '{who} calls for you',
    opened: '{who} opened a ticket for you',
    reply: '{who} answered',
    escalation: 'Escalated',
    notSent: 'Your reply was not sent',
    copies: '{who} lets you have copies',
    OPEN: 'Your ticket is being worked on',
    PENDING: 'Your ticket waits for your answer',
    SOLVED: 'Your ticket is solved',
    CLOSED: 'Your ticket is closed',
  },
  pt: {
    newTicket: 'Novo pedido',
    assigned: '{who} atribuiu-lhe o pedido',
    mention: '{who} mencionou-o numa nota',
    called: '{who} chama por si',
    opened: '{who} abriu um pedido para si',
    reply: '{who} respondeu',
    escalation: 'Escalado',
    notSent: 'A sua resposta não foi enviada',
    copies: '{who} enviou-lhe cópias',
    OPEN: 'O seu pedido está a ser tratado',
    PENDING: 'O seu pedido aguarda a sua resposta',
    SOLVED: 'O seu pedido está resolvido',
    CLOSED: 'O seu pedido está fechado',
  },
  sl: {
    newTicket: 'Nova zadeva',
    assigned: '{who}: zadeva je dodeljena vam',
    mention: '{who}: omenjeni ste v opombi',
    called: '{who} vas kliče',
    opened: '{who}: za vas je odprta zadeva',
    reply: '{who}: odgovor',
    escalation: 'Eskalirano',
    notSent: 'Vaš odgovor ni bil poslan',
    copies: '{who}: prejemate kopije',
    OPEN: 'Vaša zadeva je v obravnavi',
    PENDING: 'Vaša zadeva čaka na vaš odgovor',
    SOLVED: 'Vaša zadeva je rešena',
    CLOSED: 'Vaša zadeva je zaprta',
  },
  'zh-Hans': {
    newTicket: '新工单',
    assigned: '{who} 指定您为负责人',
    mention: '{who} 在备注中提到了您',
    called: '{who} 呼叫您',
    opened: '{who} 为您创建了工单',
    reply: '{who} 回复了',
    escalation: '已升级',
    notSent: '您的回复未发送',
    copies: '{who} 将您加入抄送',
    OPEN: '您的工单正在处理中',
    PENDING: '您的工单正在等待您的回复',
    SOLVED: '您的工单已解决',
    CLOSED: '您的工单已关闭',
  },
  'zh-Hant': {
    newTicket: '新工單',
    assigned: '{who} 指定您為負責人',
    mention: '{who} 在備註中提到了您',
    called: '{who} 呼叫您',
    opened: '{who} 為您建立了工單',
    reply: '{who} 回覆了',
    escalation: '已升級',
    notSent: '您的回覆未傳送',
    copies: '{who} 將您加入副本',
    OPEN: '您的工單正在處理中',
    PENDING: '您的工單正在等待您的回覆',
    SOLVED: '您的工單已解決',
    CLOSED: '您的工單已關閉',
  },
};

/** A line in the reader's language: what happened, and the ticket. Empty when not visible. */
export async function notificationText(ctx: Context, notification: Notification): Promise<string> {
  const [event, ticket] = await Promise.all([
    notificationEvent(ctx, notification),
    ticketById(ctx, notification.ticketId),
  ]);
  if (!event || !ticket) return '';
  const { domainEvent } = event;
  const key = summaryKey(ctx, notification.reason, domainEvent);
  const summary = key
    ? translationFor(SUMMARIES, ctx.locales)[key].replace('{who}', () => domainEvent.actor.name)
    : eventSummary(domainEvent, ctx);
  return `${summary} · #${ticket.number} ${ticket.subject}`;
}

const KEY_BY_REASON: Partial<Record<NotificationReason, SummaryKey>> = {
  NEW_TICKET: 'newTicket',
  ASSIGNED: 'assigned',
  REPLY: 'reply',
  ESCALATION: 'escalation',
  NOT_SENT: 'notSent',
};

function summaryKey(
  { actor }: Context,
  reason: NotificationReason,
  { type, data }: DomainEvent<LoggedTicketData>,
): SummaryKey | undefined {
  if (reason === NotificationReason.FOLLOWED) return undefined;
  if (reason === NotificationReason.MENTION)
    return type === 'ticket.notified' ? 'called' : 'mention';
  if (reason !== NotificationReason.STATUS) return KEY_BY_REASON[reason];
  if (type === 'message.added') return data.opens ? 'opened' : 'reply';
  if (type === 'ticket.participants_changed') return 'copies';
  const status = data.changes?.['status']?.[1] as TicketStatus | undefined;
  const visible = status && visibleStatus(actor, status);
  return visible === undefined || visible === 'NEW' || visible === 'ON_HOLD' ? undefined : visible;
}
