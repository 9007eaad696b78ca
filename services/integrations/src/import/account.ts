import type { Line } from './compare.ts';
import type { Log, Refused } from './read.ts';
import type { Sent } from './send.ts';

/** The summary of an import for the terminal. */
export function importSummary(
  { read, incidents, refused: rows }: Log,
  { created, skipped, refused, failed, adjusted, there }: Sent,
): string {
  const good = [...incidents.values()].reduce((sum, each) => sum + each.length, 0);
  const waiting = incidents.size - there.length - refused.length - failed.length;
  const all = [...rows, ...refused].toSorted((a, b) => a.line - b.line);
  return [
    '',
    `rows read            ${read}, ${good} of them good, of ${incidents.size} incidents`,
    `incidents created    ${created}`,
    `  there already      ${skipped}`,
    ...(waiting > 0 ? [`  not sent yet       ${waiting}`] : []),
    ...told(
      adjusted.beforeOpening,
      'rows older than the opening of their incident, taken as of that instant',
    ),
    ...told(adjusted.afterClosed, 'rows with a state after Closed; those tickets stay CLOSED'),
    ...told(adjusted.newAgain, 'rows that are New once more; those tickets are OPEN'),
    `refused              ${all.length}${all.length ? '; nothing else was lost by them' : ''}`,
    ...all.map(lineOf),
    ...(failed.length
      ? [
          `failed               ${failed.length}; run the import again for them`,
          ...failed.map(lineOf),
        ]
      : []),
  ].join('\n');
}

const told = (count: number, what: string): string[] => (count ? [`  ${count} ${what}`] : []);
const lineOf = ({ line, reason }: Refused): string => `  line ${line}: ${reason}`;

export function formatTable(lines: readonly Line[]): string {
  const all = [{ what: '', log: 'log', report: 'report', equal: null }, ...lines];
  const wide = (column: 'what' | 'log' | 'report'): number =>
    Math.max(...all.map((line) => line[column].length));
  const [what, log, report] = [wide('what'), wide('log'), wide('report')];
  return all
    .map((line) => {
      const verdict = line.equal === null ? '' : line.equal ? 'equal' : 'DIFFERENT';
      return `${line.what.padEnd(what)}  ${line.log.padStart(log)}  ${line.report.padStart(report)}  ${verdict}`.trimEnd();
    })
    .join('\n');
}
