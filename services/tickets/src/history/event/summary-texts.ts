import type { TicketStatus } from '@deskgraph/common/contract/ticket-enums';

export type SummaryTexts = Record<
  | 'created'
  | 'updated'
  | 'statusChanged'
  | 'assigned'
  | 'unassigned'
  | 'departmentChanged'
  | 'reply'
  | 'note'
  | 'followedUp'
  | 'snoozed'
  | 'escalated'
  | 'escalationEnded'
  | 'snoozeEnded'
  | 'spamMarked'
  | 'spamUnmarked'
  | 'deleted'
  | 'restored'
  | 'purged'
  | 'requesterChanged'
  | 'merged'
  | 'split'
  | 'linked'
  | 'unlinked'
  | 'undone'
  | 'redacted'
  | 'scheduled'
  | 'scheduledCancelled'
  | 'notified'
  | 'ccsChanged'
  | 'participantFollowed'
  | 'participantUnfollowed'
  | 'other',
  string
>;

/** One line per kind of event, in the supported languages; `{who}` is the actor. */
export const SUMMARY_TEXTS: Record<string, SummaryTexts> = {
  en: {
    created: '{who} opened the ticket',
    updated: '{who} changed the ticket',
    statusChanged: '{who} changed the status to “{status}”',
    assigned: '{who} assigned the ticket',
    unassigned: '{who} unassigned the ticket',
    departmentChanged: '{who} moved the ticket to another department',
    reply: '{who} wrote a reply',
    note: '{who} wrote a note',
    followedUp: '{who} replied to a closed ticket, in a new ticket',
    escalated: '{who} escalated the ticket',
    escalationEnded: '{who} ended the escalation',
    snoozed: '{who} snoozed the ticket',
    snoozeEnded: '{who} returned the ticket to its queue',
    spamMarked: '{who} marked the ticket as spam',
    spamUnmarked: '{who} marked the ticket as not spam',
    deleted: '{who} moved the ticket to the bin',
    restored: '{who} restored the ticket from the bin',
    purged: '{who} deleted the ticket permanently',
    requesterChanged: '{who} changed the requester of the ticket',
    merged: '{who} merged tickets',
    split: '{who} moved messages to a new ticket',
    linked: '{who} linked the ticket to another one',
    unlinked: '{who} removed a link to another ticket',
    undone: '{who} undid an operation',
    redacted: '{who} removed a part of a message permanently',
    scheduled: '{who} scheduled a reply',
    scheduledCancelled: '{who} cancelled a scheduled reply',
    notified: '{who} notified colleagues of the ticket',
    ccsChanged: '{who} changed the CCs',
    participantFollowed: '{who} follows the ticket',
    participantUnfollowed: '{who} no longer follows the ticket',
    other: '{who} did something',
  },
  pt: {
    created: '{who} abriu o pedido',
    updated: '{who} alterou o pedido',
    statusChanged: '{who} mudou o estado do pedido para “{status}”',
    assigned: '{who} atribuiu o pedido a alguém',
    unassigned: '{who} retirou o responsável do pedido',
    departmentChanged: '{who} passou o pedido para outro departamento',
    reply: '{who} escreveu uma resposta',
    note: '{who} escreveu uma nota',
    followedUp: '{who} respondeu depois do fim, num novo pedido',
    escalated: '{who} escalou o pedido',
    escalationEnded: '{who} terminou o escalonamento',
    snoozed: '{who} adiou o pedido',
    snoozeEnded: '{who} devolveu o pedido à fila',
    spamMarked: '{who} marcou o pedido como spam',
    spamUnmarked: '{who} retirou o pedido do spam',
    deleted: '{who} colocou o pedido no lixo',
    restored: '{who} restaurou o pedido',
    purged: '{who} removeu o pedido para sempre',
    requesterChanged: '{who} mudou o requerente do pedido',
    merged: '{who} juntou pedidos',
    split: '{who} separou mensagens num novo pedido',
    linked: '{who} ligou o pedido a outro',
    unlinked: '{who} retirou uma ligação a outro pedido',
    undone: '{who} desfez uma operação',
    redacted: '{who} apagou para sempre parte de uma mensagem',
    scheduled: '{who} escreveu uma resposta para enviar mais tarde',
    scheduledCancelled: '{who} impediu o envio de uma resposta',
    notified: '{who} chamou alguém para o pedido',
    ccsChanged: '{who} alterou quem recebe cópias',
    participantFollowed: '{who} segue o pedido',
    participantUnfollowed: '{who} deixou de seguir o pedido',
    other: '{who} fez algo',
  },
  sl: {
    created: '{who}: nova zadeva',
    updated: '{who}: zadeva spremenjena',
    statusChanged: '{who}: stanje je zdaj „{status}“',
    assigned: '{who}: odgovorna oseba določena',
    unassigned: '{who}: zadeva je brez odgovorne osebe',
    departmentChanged: '{who}: zadeva predana drugemu oddelku',
    reply: '{who}: odgovor',
    note: '{who}: opomba',
    followedUp: '{who}: odgovor po koncu, v novi zadevi',
    escalated: '{who}: zadeva eskalirana',
    escalationEnded: '{who}: eskalacija končana',
    snoozed: '{who}: zadeva odložena',
    snoozeEnded: '{who}: zadeva spet v vrsti',
    spamMarked: '{who}: zadeva označena kot neželena',
    spamUnmarked: '{who}: zadeva ni več neželena',
    deleted: '{who}: zadeva v košu',
    restored: '{who}: zadeva obnovljena',
    purged: '{who}: zadeva trajno odstranjena',
    requesterChanged: '{who}: drug vlagatelj zadeve',
    merged: '{who}: zadeve združene',
    split: '{who}: sporočila izločena v novo zadevo',
    linked: '{who}: zadeva povezana z drugo',
    unlinked: '{who}: povezava z drugo zadevo odstranjena',
    undone: '{who}: dejanje razveljavljeno',
    redacted: '{who}: del sporočila trajno odstranjen',
    scheduled: '{who}: odgovor za kasnejše pošiljanje',
    scheduledCancelled: '{who}: odgovor ni bil poslan',
    notified: '{who}: nekdo je poklican k zadevi',
    ccsChanged: '{who}: prejemniki kopij spremenjeni',
    participantFollowed: '{who} spremlja zadevo',
    participantUnfollowed: '{who} ne spremlja več zadeve',
    other: '{who}: dogodek',
  },
  'zh-Hans': {
    created: '{who} 创建了工单',
    updated: '{who} 修改了工单',
    statusChanged: '{who} 将工单状态改为“{status}”',
    assigned: '{who} 指定了负责人',
    unassigned: '{who} 取消了负责人',
    departmentChanged: '{who} 将工单转到其他部门',
    reply: '{who} 写了回复',
    note: '{who} 写了备注',
    followedUp: '{who} 在工单关闭后以新工单回复',
    escalated: '{who} 升级了工单',
    escalationEnded: '{who} 结束了升级处理',
    snoozed: '{who} 推迟了工单',
    snoozeEnded: '{who} 让工单回到队列',
    spamMarked: '{who} 将工单标记为垃圾',
    spamUnmarked: '{who} 取消了工单的垃圾标记',
    deleted: '{who} 将工单移入回收站',
    restored: '{who} 恢复了工单',
    purged: '{who} 永久删除了工单',
    requesterChanged: '{who} 更换了工单的请求人',
    merged: '{who} 合并了工单',
    split: '{who} 将消息拆分为新工单',
    linked: '{who} 将工单关联到另一工单',
    unlinked: '{who} 取消了与另一工单的关联',
    undone: '{who} 撤销了操作',
    redacted: '{who} 永久删去了消息中的内容',
    scheduled: '{who} 写了稍后发送的回复',
    scheduledCancelled: '{who} 取消了待发送的回复',
    notified: '{who} 呼叫了同事处理工单',
    ccsChanged: '{who} 更改了抄送人',
    participantFollowed: '{who} 关注了工单',
    participantUnfollowed: '{who} 取消了关注工单',
    other: '{who} 进行了操作',
  },
  'zh-Hant': {
    created: '{who} 建立了工單',
    updated: '{who} 修改了工單',
    statusChanged: '{who} 將工單狀態改為「{status}」',
    assigned: '{who} 指定了負責人',
    unassigned: '{who} 取消了負責人',
    departmentChanged: '{who} 將工單轉到其他部門',
    reply: '{who} 寫了回覆',
    note: '{who} 寫了備註',
    followedUp: '{who} 在工單關閉後以新工單回覆',
    escalated: '{who} 升級了工單',
    escalationEnded: '{who} 結束了升級處理',
    snoozed: '{who} 延後了工單',
    snoozeEnded: '{who} 讓工單回到佇列',
    spamMarked: '{who} 將工單標記為垃圾',
    spamUnmarked: '{who} 取消了工單的垃圾標記',
    deleted: '{who} 將工單移入回收筒',
    restored: '{who} 還原了工單',
    purged: '{who} 永久刪除了工單',
    requesterChanged: '{who} 更換了工單的請求人',
    merged: '{who} 合併了工單',
    split: '{who} 將訊息拆分為新工單',
    linked: '{who} 將工單關聯到另一工單',
    unlinked: '{who} 取消了與另一工單的關聯',
    undone: '{who} 復原了操作',
    redacted: '{who} 永久刪去了訊息中的內容',
    scheduled: '{who} 寫了稍後傳送的回覆',
    scheduledCancelled: '{who} 取消了待傳送的回覆',
    notified: '{who} 呼叫了同事處理工單',
    ccsChanged: '{who} 變更了副本收件人',
    participantFollowed: '{who} 關注了工單',
    participantUnfollowed: '{who} 取消了關注工單',
    other: '{who} 進行了操作',
  },
};

/** The names of the statuses, in the supported languages. */
export const STATUS_NAMES: Record<string, Record<TicketStatus, string>> = {
  en: {
    NEW: 'New',
    OPEN: 'Open',
    PENDING: 'Pending',
    ON_HOLD: 'On hold',
    SOLVED: 'Solved',
    CLOSED: 'Closed',
  },
  pt: {
    NEW: 'Novo',
    OPEN: 'Aberto',
    PENDING: 'Pendente',
    ON_HOLD: 'Em espera',
    SOLVED: 'Resolvido',
    CLOSED: 'Fechado',
  },
  sl: {
    NEW: 'Novo',
    OPEN: 'Odprto',
    PENDING: 'Čaka na odgovor',
    ON_HOLD: 'Čaka na druge',
    SOLVED: 'Rešeno',
    CLOSED: 'Zaključeno',
  },
  'zh-Hans': {
    NEW: '新',
    OPEN: '处理中',
    PENDING: '等待回复',
    ON_HOLD: '暂停',
    SOLVED: '已解决',
    CLOSED: '已关闭',
  },
  'zh-Hant': {
    NEW: '新',
    OPEN: '處理中',
    PENDING: '等待回覆',
    ON_HOLD: '暫停',
    SOLVED: '已解決',
    CLOSED: '已關閉',
  },
};
