import type { Player } from './people.ts';
import type { Say } from './stage.ts';
import { type Shown, readTicket } from './ticket.ts';

interface Timeline {
  timeline: { nodes: { at: string; summary: string }[] };
}

/** The timeline of a ticket as an actor reads it. */
export async function printTimeline(say: Say, who: Player, { id, number }: Shown): Promise<void> {
  const { timeline } = await readTicket<Timeline>(
    who,
    id,
    'timeline(first: 100) { nodes { at summary } }',
  );
  say(`\n#${number} as ${who.name} reads it`);
  for (const { at, summary } of timeline.nodes)
    say(`${new Date(at).toLocaleTimeString('sv')}  ${summary}`);
}
