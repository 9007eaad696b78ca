import { concurrently } from '../concurrent.ts';
import { type Graph, userErrorText } from '../graph.ts';
import { pseudoRandom } from './random.ts';
import type { Shop } from './open.ts';
import { shopCustomers, shopStaff } from './shop.ts';
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
/** The default of `settings.closeAfter`. */
const CLOSES_AFTER = 28 * DAY;
/** Minimum and maximum minutes until the next message. */
const PAUSES = { agent: [15, 300], note: [5, 60], customer: [30, 900] } as const;

/** Imports the stories as tickets, each once, the oldest first. `onEach` gets how many there are so far, and of how many. */
export async function importStories(
  asApp: Graph,
  shop: Shop,
  now: number,
  onEach: (done: number, all: number) => void,
): Promise<void> {
  const tickets = demoTickets(shop, now);
  let done = 0;
  await concurrently(tickets, WIDTH, async (ticket) => {
    const { userErrors } = await asApp.change('ticketImport', ticket, 'created');
    if (userErrors.length)
      throw new Error(
        `The ticket ${ticket.externalId} can’t be imported. ${userErrorText(userErrors)}`,
      );
    onEach(++done, tickets.length);
  });
}

/** The stories as inputs of ticketImport, by the time of their opening; the same ones each time, seen from `now`. */
export function demoTickets(shop: Shop, now: number): Ticket[] {
  const tickets = Object.entries(stories).flatMap(([language, told], offset) =>
    told.map((story, at) =>
      ticketOf(
        story,
        `demo-${language}-${String(at + 1).padStart(2, '0')}`,
        shop,
        now,
        pseudoRandom(100 * offset + at),
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
    locale: shopCustomers[from]!.locale,
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

/** The status after a message: it depends on who has to act next. */
function statusAfter({ status }: Story, turn: Turn, next: Turn | undefined): string {
  if (next) return 'agent' in turn && 'customer' in next ? 'PENDING' : 'OPEN';
  if (status !== 'SOLVED' && status !== 'CLOSED') return status;
  return 'customer' in turn ? 'OPEN' : 'SOLVED';
}

/** The steps with their instants, compressed for a recent ticket. */
function timed(steps: readonly Step[], created: number, end: number): Change[] {
  const length = (steps.at(-1)?.minutes ?? 0) * MINUTE;
  const pace = Math.min(1, (end - created) / length);
  return steps.map(({ minutes, change }) => ({
    at: new Date(created + minutes * MINUTE * pace).toISOString(),
    ...change,
  }));
}

/** An agent of the department. */
function inCharge({ department }: Story, draw: () => number): string {
  const able = Object.entries(shopStaff).filter(
    ([, { role, departments }]) => role !== 'LIGHT' && departments.includes(department),
  );
  return able[Math.floor(draw() * able.length)]![0];
}
