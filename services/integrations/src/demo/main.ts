// Fills an empty platform with a demo shop; `npm start` runs it. It can be interrupted and repeated.
import { join } from 'node:path';
import { signDemoTokens } from '@deskgraph/launcher/demo';
import { openIssuer } from '@deskgraph/launcher/issuer';
import { openGraph } from '../graph.ts';
import { readSeedConfig } from './config.ts';
import { createWorkspaces } from './workspaces.ts';
import { openShop } from './open.ts';
import { publishArticles } from './publish.ts';
import { importStories } from './import-story.ts';

const EVERY = 20;

const config = readSeedConfig();
const file = join(config.DATA_DIR, 'demo.json');
await createWorkspaces(file, config.DATABASE_URL_TICKETS);
const tokens = await signDemoTokens(await openIssuer(config.ISSUER), file);
const graphs = ['admin', 'app'].map((name) =>
  openGraph({ url: config.GRAPH_URL, token: tokens[name]!, patienceMs: 20_000 }),
);
const [asAdmin, asApp] = graphs as [(typeof graphs)[0], (typeof graphs)[0]];
const shop = await openShop(asAdmin, asApp);
console.log(`${shop.agents.size} people of staff, ${shop.customers.size} customers`);
const stories = importStories(asApp, shop, Date.now(), (done, all) => {
  if (done % EVERY === 0 || done === all) console.log(`${done} of ${all} tickets`);
});
const articles = publishArticles(asAdmin).then((count) => console.log(`${count} articles`));
await Promise.all([stories, articles]);
await Promise.all(graphs.map((graph) => graph.close()));
