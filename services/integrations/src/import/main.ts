// npm run import -- incidents <csv>: imports an incident log, then compares the reports with the file.
import { readFileSync } from 'node:fs';
import { SingleBar } from 'cli-progress';
import { openGraph } from '../graph.ts';
import { importSummary, formatTable } from './account.ts';
import { compareReports } from './compare.ts';
import { readImportConfig } from './config.ts';
import { createDirectory } from './directory.ts';
import { expectedFigures } from './expect.ts';
import { type Log, type Row, knownValue, readIncidentLog } from './read.ts';
import { emptyResult, sendIncidents } from './send.ts';
import { callerName } from './translate.ts';
import { LOG_TAG } from './enums.ts';

const stopping = new AbortController();
process.once('SIGINT', () =>
  stopping.abort(
    new Error('Stopped. Run it again to go on: what is there already is not imported twice.'),
  ),
);

async function main(): Promise<number> {
  const { file, url, token } = await readImportConfig(process.argv.slice(2));
  const log = readIncidentLog(readFileSync(file, 'utf8'));
  const graph = openGraph({ url, token, signal: stopping.signal });
  const sent = emptyResult();
  try {
    const named = namedIn(log);
    const people = named.groups.size + named.assignees.size + named.callers.size;
    const names = await withBar('people and departments', people, (step) =>
      createDirectory(graph, named, step),
    );
    await withBar('incidents', log.incidents.size, (step) =>
      sendIncidents(graph, log.incidents.values(), names, sent, step),
    );
  } catch (error) {
    console.log(importSummary(log, sent));
    await graph.close();
    throw error;
  }
  console.log(importSummary(log, sent));
  const equal = await check(sent.there);
  await graph.close();
  const isRefused = log.refused.length + sent.refused.length > 0;
  if (!equal) console.log('\nThe reports differ from the log.');
  else if (isRefused) console.log('\nFinished. The refused lines above were not imported.');
  return equal && !sent.failed.length ? 0 : 1;

  async function check(there: Row[][]): Promise<boolean> {
    if (!there.length) return true;
    console.log(
      `\nThe log beside the reports of tickets with the label ${LOG_TAG}; departments as of the opening:`,
    );
    const lines = await compareReports(graph, expectedFigures(there));
    console.log(formatTable(lines));
    return lines.every((line) => line.equal);
  }
}

function namedIn(log: Log): Record<'groups' | 'assignees' | 'callers', Set<string>> {
  const rows = [...log.incidents.values()].flat();
  const all = (values: (string | null)[]): Set<string> =>
    new Set(values.filter((value) => value !== null));
  return {
    groups: all(rows.map((row) => knownValue(row.assignment_group))),
    assignees: all(rows.map((row) => knownValue(row.assigned_to))),
    callers: all([...log.incidents.values()].map(([first]) => callerName(first!))),
  };
}

async function withBar<T>(
  what: string,
  total: number,
  work: (step: () => void) => Promise<T>,
): Promise<T> {
  const bar = new SingleBar({
    format: `${what.padEnd(22)} {bar} {value}/{total} {duration_formatted}`,
    hideCursor: true,
    clearOnComplete: false,
  });
  const began = performance.now();
  bar.start(total, 0);
  try {
    const result = await work(() => bar.increment());
    if (!process.stderr.isTTY)
      console.log(`${what}: ${total} in ${((performance.now() - began) / 1000).toFixed(1)} s`);
    return result;
  } finally {
    bar.stop();
  }
}

main().then(
  (code) => (process.exitCode = code),
  (error: Error) => {
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  },
);
