/** An event as the subscription delivers it. */
export interface Told {
  id: string;
  type: string;
  at: string;
  changes: { field: string; from: unknown; to: unknown }[];
  ticket: { number: number; subject: string; requester: { name: string } | null } | null;
}

const SUBJECT = 48;
const MOVE = 'PENDING → ON_HOLD'.length;

/** Removes control characters, so that texts of customers cannot control the terminal. */
const clean = (text: string): string => text.replaceAll(/[\p{Cc}\p{Bidi_Control}\p{Z}]+/gu, ' ');

/** Chinese and Japanese characters take two columns. */
const widthOf = (letter: string): number =>
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60]/u.test(letter)
    ? 2
    : 1;

function fitted(text: string, width: number): string {
  let fits = '';
  let used = 0;
  for (const letter of text) {
    const isLast = used + widthOf(letter) >= width;
    fits += isLast ? '…' : letter;
    used += isLast ? 1 : widthOf(letter);
    if (isLast) break;
  }
  return fits + ' '.repeat(width - used);
}

/** One line per event: time, ticket, status change, subject and requester. */
export function eventLine({ type, at, changes, ticket }: Told, now = new Date()): string {
  const then = new Date(at);
  const day = then.toDateString() === now.toDateString() ? '' : `${then.toLocaleDateString('sv')} `;
  const { from, to } = changes.find(({ field }) => field === 'status') ?? {};
  const what = type === 'ticket.created' ? 'new' : `${String(from)} → ${String(to)}`;
  const number = `#${ticket?.number ?? '?'}`;
  const subject = fitted(clean(ticket?.subject ?? ''), SUBJECT);
  return `${day}${then.toLocaleTimeString('sv')}  ${number.padStart(7)}  ${what.padEnd(MOVE)}  ${subject}  ${clean(ticket?.requester?.name ?? '')}`.trimEnd();
}
