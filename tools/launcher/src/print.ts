const began = performance.now();

/** One line of progress for the person at the terminal, with the seconds since the start. */
export const printProgress = (line: string): void =>
  console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(5)} s  ${line}`);

/** A line of a child: what its log says, without the machine's part. */
export function printChildLine(name: string, line: string): void {
  try {
    const { msg, err } = JSON.parse(line) as { msg?: string; err?: { message?: string } };
    printProgress(`${name}: ${[msg, err?.message].filter(Boolean).join(': ')}`);
  } catch {
    printProgress(`${name}: ${line}`);
  }
}
