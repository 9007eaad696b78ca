import { concurrently } from '../concurrent.ts';
import { type Graph, told } from '../graph.ts';
import { chance } from './random.ts';
import type { Shop } from './open.ts';
import { customers, staff } from './shop.ts';
import { english } from './stories/en.ts';
import { portuguese } from './stories/pt.ts';
import { slovenian } from './stories/sl.ts';
import { simplifiedChinese } from './stories/zh-hans.ts';
import { traditionalChinese } from './stories/zh-hant.ts';
import type { Story, Turn } from './story.ts';

const stories: Record<string, Story[]> = {
  en: english,
  sl: slovenian,
  pt: portuguese,
  'zh-hans': simplifiedChinese,
  'zh-hant': traditionalChinese,
};

const WIDTH = 8;
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
/** What a desk closes after when nobody has set it otherwise. */
const CLOSES_AFTER = 28 * DAY;
/** Minutes until the next word, at least and at most. */
const PAUSES = { agent: [15, 300], note: [5, 60], customer: [30, 900] } as const;

/** Imports the stories as tickets, each once, the oldest first. `onEach` gets how many there are so far, and of how many. */
export async function tell(
  asApp: Graph,
  shop: Shop,
  now: number,
  onEach: (done: number, all: number) => void,
): Promise<void> {
  const tickets = ticketsOf(shop, now);
  let done = 0;
  await concurrently(tickets, WIDTH, async (ticket) => {
    const { userErrors } = await asApp.change('ticketImport', ticket, 'created');
    if (userErrors.length)
      throw new Error(`The ticket ${ticket.externalId} can’t be imported. ${told(userErrors)}`);
    onEach(++done, tickets.length);
  });
}

/** The stories as inputs of ticketImport, by the time of their opening; the same ones each time, seen from `now`. */
export function ticketsOf(shop: Shop, now: number): Ticket[] {
  const tickets = Object.entries(stories).flatMap(([language, told], offset) =>
    told.map((story, at) =>
      ticketOf(
        story,
        `demo-${language}-${String(at + 1).padStart(2, '0')}`,
        shop,
        now,
        chance(100 * offset + at),
      ),
    ),
  );
  return tickets.toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}

interface Ticket {
  externalId: string;
  createdAt: string;
  history: Change[];
}
type Change = { at: string; status?: string } & Record<string, unknown>;

function ticketOf(
  story: Story,
  externalId: string,
  shop: Shop,
  now: number,
  draw: () => number,
): Ticket {
  const created = now - (story.daysAgo ?? 1.5 + 26 * draw()) * DAY;
  const { from, by, department, subject, body, tags, product, priority } = story;
  const given = {
    subject,
    body,
    tags,
    ...(product && { product }),
    ...(priority && { priority }),
    requester: { customerId: shop.customers.get(from) },
    locale: customers[from]!.locale,
    channel: by,
    departmentId: shop.departments.get(department),
  };
  const history = historyOf(story, shop, created, now, draw);
  return { externalId, ...given, createdAt: new Date(created).toISOString(), history };
}

interface Step {
  minutes: number;
  change: object;
}

function historyOf(
  story: Story,
  shop: Shop,
  created: number,
  now: number,
  draw: () => number,
): Change[] {
  const assigneeId = shop.agents.get(inCharge(story, draw));
  const turns = story.turns ?? [];
  const isAnswered = story.status === 'SOLVED' || story.status === 'CLOSED';
  let minutes = 0;
  let isAssigned = false;
  const steps: Step[] = turns.map((turn, at) => {
    const [kind, text] = Object.entries(turn)[0] as [keyof typeof PAUSES, string];
    const [least, most] = PAUSES[kind];
    minutes += least + (most - least) * draw();
    const taken = kind !== 'customer' && !isAssigned ? { assigneeId } : {};
    isAssigned ||= kind !== 'customer';
    const written = {
      body: text,
      visibility: kind === 'note' ? 'PRIVATE' : 'PUBLIC',
      ...(kind !== 'customer' && { authorId: assigneeId }),
    };
    return {
      minutes,
      change: { ...taken, ...written, status: statusAfter(story, turn, turns[at + 1]) },
    };
  });
  if (isAnswered && 'customer' in turns.at(-1)!)
    steps.push({ minutes: minutes + 20, change: { status: 'SOLVED' } });
  const end = story.status === 'CLOSED' ? now - CLOSES_AFTER : now;
  const history = timed(steps, created, end - 5 * MINUTE);
  const solved = history.at(-1)?.at;
  if (story.status === 'CLOSED')
    history.push({
      at: new Date(Date.parse(solved!) + CLOSES_AFTER).toISOString(),
      status: 'CLOSED',
    });
  return history;
}

/** Where a ticket stands after a turn: with the one who has to act. */
function statusAfter({ status }: Story, turn: Turn, next: Turn | undefined): string {
  if (next) return 'agent' in turn && 'customer' in next ? 'PENDING' : 'OPEN';
  if (status !== 'SOLVED' && status !== 'CLOSED') return status;
  return 'customer' in turn ? 'OPEN' : 'SOLVED';
}

/** The steps at their instants; a young ticket had to be quick. */
function timed(steps: readonly Step[], created: number, end: number): Change[] {
  const length = (steps.at(-1)?.minutes ?? 0) * MINUTE;
  const pace = Math.min(1, (end - created) / length);
  return steps.map(({ minutes, change }) => ({
    at: new Date(created + minutes * MINUTE * pace).toISOString(),
    ...change,
  }));
}

/** One of those who work in the department and answer. */
function inCharge({ department }: Story, draw: () => number): string {
  const able = Object.entries(staff).filter(
    ([, { role, departments }]) => role !== 'LIGHT' && departments.includes(department),
  );
  return able[Math.floor(draw() * able.length)]![0];
}
