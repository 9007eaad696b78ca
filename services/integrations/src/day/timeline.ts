import type { Player } from './people.ts';
import type { Say } from './stage.ts';
import { type Shown, read } from './ticket.ts';

interface Timeline {
  timeline: { nodes: { at: string; summary: string }[] };
}

/** The whole story of a ticket, as this person may read it. */
export async function print(say: Say, who: Player, { id, number }: Shown): Promise<void> {
  const { timeline } = await read<Timeline>(
    who,
    id,
    'timeline(first: 100) { nodes { at summary } }',
  );
  say(`\n#${number} as ${who.name} reads it`);
  for (const { at, summary } of timeline.nodes)
    say(`${new Date(at).toLocaleTimeString('sv')}  ${summary}`);
}
