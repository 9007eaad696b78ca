/** A fact as the subscription tells it. */
export interface Told {
  id: string;
  type: string;
  at: string;
  changes: { field: string; from: unknown; to: unknown }[];
  ticket: { number: number; subject: string; requester: { name: string } | null } | null;
}

const SUBJECT = 48;
const MOVE = 'PENDING → ON_HOLD'.length;

/** What strangers write must not steer the terminal. */
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

/** The fact in one line of a terminal: when, which ticket, from what to what, what it is about and who asks. */
export function line({ type, at, changes, ticket }: Told, now = new Date()): string {
  const then = new Date(at);
  const day = then.toDateString() === now.toDateString() ? '' : `${then.toLocaleDateString('sv')} `;
  const { from, to } = changes.find(({ field }) => field === 'status') ?? {};
  const what = type === 'ticket.created' ? 'new' : `${String(from)} → ${String(to)}`;
  const number = `#${ticket?.number ?? '?'}`;
  const subject = fitted(clean(ticket?.subject ?? ''), SUBJECT);
  return `${day}${then.toLocaleTimeString('sv')}  ${number.padStart(7)}  ${what.padEnd(MOVE)}  ${subject}  ${clean(ticket?.requester?.name ?? '')}`.trimEnd();
}
