import { uuidFromName, toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { translationFor } from '@deskgraph/common/core/language';
import { Direction } from '@deskgraph/common/database/pagination';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { type TicketOrder, TicketOrderField } from '../../model/filter/order.ts';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { DEFAULT_VIEW_COLUMNS } from './columns.ts';
import { View, ViewSharing } from './view.ts';

type Key =
  | 'unsolved'
  | 'mine'
  | 'unassigned'
  | 'postponed'
  | 'waiting'
  | 'overdue'
  | 'solved'
  | 'spam';

/** Waiting time after which a ticket is in the built-in view `overdue`. */
const OVERDUE_AFTER = 'PT4H';

const UNSOLVED: TicketFilter = { status: { notIn: [TicketStatus.SOLVED, TicketStatus.CLOSED] } };
const QUEUE: TicketOrder[] = [{ field: TicketOrderField.QUEUE, direction: Direction.ASC }];
const WAITING: TicketOrder[] = [
  { field: TicketOrderField.WAITING_SINCE, direction: Direction.ASC },
];
const MOST_RECENT: TicketOrder[] = [
  { field: TicketOrderField.UPDATED_AT, direction: Direction.DESC },
];

/**
 * The views that every workspace has and that can't be changed, so that every ticket is in a view:
 * an unsolved ticket is in `unsolved` or `spam`. Without an assignee it is also in `unassigned`, or
 * in `postponed` while it is snoozed.
 */
const BUILT_IN: Record<Key, { filter: TicketFilter; orderBy: TicketOrder[] }> = {
  unsolved: { filter: UNSOLVED, orderBy: QUEUE },
  mine: { filter: { ...UNSOLVED, assigneeId: { eq: 'me' }, snoozed: false }, orderBy: QUEUE },
  unassigned: {
    filter: { ...UNSOLVED, assigneeId: { isNull: true }, snoozed: false },
    orderBy: QUEUE,
  },
  postponed: { filter: { ...UNSOLVED, snoozed: true }, orderBy: QUEUE },
  waiting: { filter: { ...UNSOLVED, waitingSince: { isNull: false } }, orderBy: WAITING },
  overdue: {
    filter: { ...UNSOLVED, waitingSince: { olderThan: OVERDUE_AFTER } },
    orderBy: WAITING,
  },
  solved: {
    filter: { status: { eq: TicketStatus.SOLVED }, solvedAt: { within: 'P7D' } },
    orderBy: MOST_RECENT,
  },
  spam: { filter: { spam: true }, orderBy: MOST_RECENT },
};
const KEYS = Object.keys(BUILT_IN) as Key[];

const NAMES: Record<string, Record<Key, string>> = {
  en: {
    unsolved: 'All unsolved',
    mine: 'Mine',
    unassigned: 'Unassigned',
    postponed: 'Postponed',
    waiting: 'Waiting longest',
    overdue: 'Unanswered for more than 4 hours',
    solved: 'Recently solved',
    spam: 'Spam',
  },
  pt: {
    unsolved: 'Todos por resolver',
    mine: 'Os meus',
    unassigned: 'Sem responsável',
    postponed: 'Adiados',
    waiting: 'Há mais tempo à espera',
    overdue: 'Sem resposta há mais de 4 horas',
    solved: 'Resolvidos há pouco',
    spam: 'Spam',
  },
  sl: {
    unsolved: 'Vse nerešene',
    mine: 'Moje',
    unassigned: 'Brez odgovorne osebe',
    postponed: 'Odložene',
    waiting: 'Najdlje čakajo',
    overdue: 'Brez odgovora več kot 4 ure',
    solved: 'Nedavno rešene',
    spam: 'Vsiljena pošta',
  },
  'zh-Hans': {
    unsolved: '所有未解决',
    mine: '我的工单',
    unassigned: '未分配',
    postponed: '已推迟',
    waiting: '等待最久',
    overdue: '超过 4 小时未回复',
    solved: '最近解决',
    spam: '垃圾信息',
  },
  'zh-Hant': {
    unsolved: '所有未解決',
    mine: '我的工單',
    unassigned: '未分配',
    postponed: '已延後',
    waiting: '等待最久',
    overdue: '超過 4 小時未回覆',
    solved: '最近解決',
    spam: '垃圾訊息',
  },
};

const idOf = (workspace: string, key: Key): string =>
  toId('vie', uuidFromName(workspace, `view ${key}`));

/**
 * The built-in views with names in the caller's language. They are not stored, so that workspaces
 * of any age have all of them.
 */
export function builtInViews(ctx: Context): View[] {
  const names = translationFor(NAMES, ctx.locales);
  return KEYS.map((key) =>
    Object.assign(Object.create(View.prototype) as View, {
      id: idOf(ctx.workspace, key),
      workspaceId: ctx.workspace,
      name: names[key],
      sharing: ViewSharing.PUBLIC,
      ownerId: 'sys',
      departmentId: null,
      ...BUILT_IN[key],
      columns: DEFAULT_VIEW_COLUMNS,
      groupBy: null,
      version: 1,
    }),
  );
}

export const isBuiltInView = (ctx: Context, id: string): boolean =>
  KEYS.some((key) => idOf(ctx.workspace, key) === id);

/** The default view of a caller who has not set one. */
export const builtInDefaultViewId = (workspace: string): string => idOf(workspace, 'unsolved');
