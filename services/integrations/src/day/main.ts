// npm run day: a day at a desk of five, played on the platform that runs here, from the first mail to the end.
import { evening } from './evening.ts';
import { morning } from './morning.ts';
import { noon } from './noon.ts';
import { gather } from './people.ts';
import { furnish } from './shop.ts';
import { Stage } from './stage.ts';
import { print } from './timeline.ts';

async function main(): Promise<void> {
  const people = await gather();
  try {
    const desk = await furnish(people);
    const stage = new Stage((line) => console.log(line));
    const ticket = await morning(stage, desk);
    await noon(stage, desk, ticket);
    await evening(stage, desk, ticket);
    await print(stage.say, people.agent, ticket);
    await print(stage.say, people.customer, ticket);
  } finally {
    await Promise.all(Object.values(people).map((each) => each.close()));
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
