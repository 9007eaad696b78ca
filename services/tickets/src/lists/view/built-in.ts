import { namedUuid, toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { spoken } from '@deskgraph/common/core/language';
import { Direction } from '@deskgraph/common/database/pagination';
import { type TicketFilter } from '../../model/filter/sql.ts';
import { type TicketOrder, TicketOrderField } from '../../model/filter/order.ts';
import { TicketStatus } from '../../model/ticket/enums.ts';
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

/** What is called unanswered for too long where nobody has made a view of his own. */
const LATE = 'PT4H';

const UNSOLVED: TicketFilter = { status: { notIn: [TicketStatus.SOLVED, TicketStatus.CLOSED] } };
const QUEUE: TicketOrder[] = [{ field: TicketOrderField.QUEUE, direction: Direction.ASC }];
const WAITING: TicketOrder[] = [
  { field: TicketOrderField.WAITING_SINCE, direction: Direction.ASC },
];
const LATEST: TicketOrder[] = [{ field: TicketOrderField.UPDATED_AT, direction: Direction.DESC }];

/**
 * The views that every workspace has and nobody can change, so that no ticket is out of everybody's sight: an unsolved ticket stands in
 * `unsolved`, or in `spam`; without an assignee it is also in `unassigned`, or in `postponed` as long as it sleeps.
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
  overdue: { filter: { ...UNSOLVED, waitingSince: { olderThan: LATE } }, orderBy: WAITING },
  solved: {
    filter: { status: { eq: TicketStatus.SOLVED }, solvedAt: { within: 'P7D' } },
    orderBy: LATEST,
  },
  spam: { filter: { spam: true }, orderBy: LATEST },
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
  toId('vie', namedUuid(workspace, `view ${key}`));

/** The built-in views as the caller reads them. They are not stored, so that workspaces of any age have all of them. */
export function builtInViews(ctx: Context): View[] {
  const names = spoken(NAMES, ctx.locales);
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

/** What opens first for who has not chosen. */
export const builtInDefaultViewId = (workspace: string): string => idOf(workspace, 'unsolved');
