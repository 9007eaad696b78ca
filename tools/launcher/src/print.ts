const startedAt = performance.now();

/** Prints a line of progress with the seconds since the start. */
export const printProgress = (line: string): void =>
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)} s  ${line}`);

/** Prints an output line of a child; of a JSON log line only the message and the error. */
export function printChildLine(name: string, line: string): void {
  try {
    const { msg, err } = JSON.parse(line) as { msg?: string; err?: { message?: string } };
    printProgress(`${name}: ${[msg, err?.message].filter(Boolean).join(': ')}`);
  } catch {
    printProgress(`${name}: ${line}`);
  }
}
