// npm run day: plays the working day of a support team on the local platform.
import { playEvening } from './evening.ts';
import { playMorning } from './morning.ts';
import { playNoon } from './noon.ts';
import { signInActors } from './people.ts';
import { createShopConfiguration } from './shop.ts';
import { Stage } from './stage.ts';
import { printTimeline } from './timeline.ts';

async function main(): Promise<void> {
  const people = await signInActors();
  try {
    const desk = await createShopConfiguration(people);
    const stage = new Stage((line) => console.log(line));
    const ticket = await playMorning(stage, desk);
    await playNoon(stage, desk, ticket);
    await playEvening(stage, desk, ticket);
    await printTimeline(stage.say, people.agent, ticket);
    await printTimeline(stage.say, people.customer, ticket);
  } finally {
    await Promise.all(Object.values(people).map((each) => each.close()));
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
