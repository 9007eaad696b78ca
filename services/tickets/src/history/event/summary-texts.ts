import type { TicketStatus } from '@deskgraph/common/contract/ticket-enums';

export type SummaryTexts = Record<
  | 'created'
  | 'updated'
  | 'status'
  | 'assigned'
  | 'unassigned'
  | 'handed'
  | 'reply'
  | 'note'
  | 'followed'
  | 'snoozed'
  | 'escalated'
  | 'calmed'
  | 'woken'
  | 'spam'
  | 'notSpam'
  | 'deleted'
  | 'restored'
  | 'purged'
  | 'requester'
  | 'merged'
  | 'split'
  | 'linked'
  | 'unlinked'
  | 'undone'
  | 'redacted'
  | 'scheduled'
  | 'unsent'
  | 'notified'
  | 'ccs'
  | 'joined'
  | 'left'
  | 'other',
  string
>;

/** What happened, in the languages of the desk. */
export const SUMMARY_TEXTS: Record<string, SummaryTexts> = {
  en: {
    created: '{who} opened the ticket',
    updated: '{who} changed the ticket',
    status: '{who} moved the ticket to “{status}”',
    assigned: '{who} put somebody in charge',
    unassigned: '{who} took the ticket from the person in charge',
    handed: '{who} handed the ticket to another department',
    reply: '{who} wrote a reply',
    note: '{who} wrote a note',
    followed: '{who} answered after the end, in a new ticket',
    escalated: '{who} escalated the ticket',
    calmed: '{who} ended the escalation',
    snoozed: '{who} postponed the ticket',
    woken: '{who} took the ticket back to its queue',
    spam: '{who} put the ticket into the spam queue',
    notSpam: '{who} took the ticket out of the spam queue',
    deleted: '{who} put the ticket into the bin',
    restored: '{who} took the ticket out of the bin',
    purged: '{who} removed the ticket for ever',
    requester: '{who} put the ticket down to another requester',
    merged: '{who} folded tickets together',
    split: '{who} cut messages out into a new ticket',
    linked: '{who} linked the ticket to another one',
    unlinked: '{who} took a link to another ticket away',
    undone: '{who} took an operation back',
    redacted: '{who} took something out of a message for ever',
    scheduled: '{who} wrote a reply that is sent later',
    unsent: '{who} kept a reply from being sent',
    notified: '{who} called somebody to the ticket',
    ccs: '{who} changed who gets copies',
    joined: '{who} follows the ticket',
    left: '{who} follows the ticket no more',
    other: '{who} did something',
  },
  pt: {
    created: '{who} abriu o pedido',
    updated: '{who} alterou o pedido',
    status: '{who} mudou o estado do pedido para “{status}”',
    assigned: '{who} atribuiu o pedido a alguém',
    unassigned: '{who} retirou o responsável do pedido',
    handed: '{who} passou o pedido para outro departamento',
    reply: '{who} escreveu uma resposta',
    note: '{who} escreveu uma nota',
    followed: '{who} respondeu depois do fim, num novo pedido',
    escalated: '{who} escalou o pedido',
    calmed: '{who} terminou o escalonamento',
    snoozed: '{who} adiou o pedido',
    woken: '{who} devolveu o pedido à fila',
    spam: '{who} marcou o pedido como spam',
    notSpam: '{who} retirou o pedido do spam',
    deleted: '{who} colocou o pedido no lixo',
    restored: '{who} restaurou o pedido',
    purged: '{who} removeu o pedido para sempre',
    requester: '{who} mudou o requerente do pedido',
    merged: '{who} juntou pedidos',
    split: '{who} separou mensagens num novo pedido',
    linked: '{who} ligou o pedido a outro',
    unlinked: '{who} retirou uma ligação a outro pedido',
    undone: '{who} desfez uma operação',
    redacted: '{who} apagou para sempre parte de uma mensagem',
    scheduled: '{who} escreveu uma resposta para enviar mais tarde',
    unsent: '{who} impediu o envio de uma resposta',
    notified: '{who} chamou alguém para o pedido',
    ccs: '{who} alterou quem recebe cópias',
    joined: '{who} segue o pedido',
    left: '{who} deixou de seguir o pedido',
    other: '{who} fez algo',
  },
  sl: {
    created: '{who}: nova zadeva',
    updated: '{who}: zadeva spremenjena',
    status: '{who}: stanje je zdaj „{status}“',
    assigned: '{who}: odgovorna oseba določena',
    unassigned: '{who}: zadeva je brez odgovorne osebe',
    handed: '{who}: zadeva predana drugemu oddelku',
    reply: '{who}: odgovor',
    note: '{who}: opomba',
    followed: '{who}: odgovor po koncu, v novi zadevi',
    escalated: '{who}: zadeva eskalirana',
    calmed: '{who}: eskalacija končana',
    snoozed: '{who}: zadeva odložena',
    woken: '{who}: zadeva spet v vrsti',
    spam: '{who}: zadeva označena kot neželena',
    notSpam: '{who}: zadeva ni več neželena',
    deleted: '{who}: zadeva v košu',
    restored: '{who}: zadeva obnovljena',
    purged: '{who}: zadeva trajno odstranjena',
    requester: '{who}: drug vlagatelj zadeve',
    merged: '{who}: zadeve združene',
    split: '{who}: sporočila izločena v novo zadevo',
    linked: '{who}: zadeva povezana z drugo',
    unlinked: '{who}: povezava z drugo zadevo odstranjena',
    undone: '{who}: dejanje razveljavljeno',
    redacted: '{who}: del sporočila trajno odstranjen',
    scheduled: '{who}: odgovor za kasnejše pošiljanje',
    unsent: '{who}: odgovor ni bil poslan',
    notified: '{who}: nekdo je poklican k zadevi',
    ccs: '{who}: prejemniki kopij spremenjeni',
    joined: '{who} spremlja zadevo',
    left: '{who} ne spremlja več zadeve',
    other: '{who}: dogodek',
  },
  'zh-Hans': {
    created: '{who} 创建了工单',
    updated: '{who} 修改了工单',
    status: '{who} 将工单状态改为“{status}”',
    assigned: '{who} 指定了负责人',
    unassigned: '{who} 取消了负责人',
    handed: '{who} 将工单转到其他部门',
    reply: '{who} 写了回复',
    note: '{who} 写了备注',
    followed: '{who} 在工单关闭后以新工单回复',
    escalated: '{who} 升级了工单',
    calmed: '{who} 结束了升级处理',
    snoozed: '{who} 推迟了工单',
    woken: '{who} 让工单回到队列',
    spam: '{who} 将工单标记为垃圾',
    notSpam: '{who} 取消了工单的垃圾标记',
    deleted: '{who} 将工单移入回收站',
    restored: '{who} 恢复了工单',
    purged: '{who} 永久删除了工单',
    requester: '{who} 更换了工单的请求人',
    merged: '{who} 合并了工单',
    split: '{who} 将消息拆分为新工单',
    linked: '{who} 将工单关联到另一工单',
    unlinked: '{who} 取消了与另一工单的关联',
    undone: '{who} 撤销了操作',
    redacted: '{who} 永久删去了消息中的内容',
    scheduled: '{who} 写了稍后发送的回复',
    unsent: '{who} 取消了待发送的回复',
    notified: '{who} 呼叫了同事处理工单',
    ccs: '{who} 更改了抄送人',
    joined: '{who} 关注了工单',
    left: '{who} 取消了关注工单',
    other: '{who} 进行了操作',
  },
  'zh-Hant': {
    created: '{who} 建立了工單',
    updated: '{who} 修改了工單',
    status: '{who} 將工單狀態改為「{status}」',
    assigned: '{who} 指定了負責人',
    unassigned: '{who} 取消了負責人',
    handed: '{who} 將工單轉到其他部門',
    reply: '{who} 寫了回覆',
    note: '{who} 寫了備註',
    followed: '{who} 在工單關閉後以新工單回覆',
    escalated: '{who} 升級了工單',
    calmed: '{who} 結束了升級處理',
    snoozed: '{who} 延後了工單',
    woken: '{who} 讓工單回到佇列',
    spam: '{who} 將工單標記為垃圾',
    notSpam: '{who} 取消了工單的垃圾標記',
    deleted: '{who} 將工單移入回收筒',
    restored: '{who} 還原了工單',
    purged: '{who} 永久刪除了工單',
    requester: '{who} 更換了工單的請求人',
    merged: '{who} 合併了工單',
    split: '{who} 將訊息拆分為新工單',
    linked: '{who} 將工單關聯到另一工單',
    unlinked: '{who} 取消了與另一工單的關聯',
    undone: '{who} 復原了操作',
    redacted: '{who} 永久刪去了訊息中的內容',
    scheduled: '{who} 寫了稍後傳送的回覆',
    unsent: '{who} 取消了待傳送的回覆',
    notified: '{who} 呼叫了同事處理工單',
    ccs: '{who} 變更了副本收件人',
    joined: '{who} 關注了工單',
    left: '{who} 取消了關注工單',
    other: '{who} 進行了操作',
  },
};

/** What the statuses are called. */
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
