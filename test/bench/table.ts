/**
 * Formats a table for the terminal, with the first column left-aligned and the others
 * right-aligned.
 */
export function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((title, index) =>
    Math.max(title.length, ...lines.map((line) => line[index]!.length)),
  );
  const print = (line: readonly string[]): string =>
    line
      .map((cell, index) =>
        index === 0 ? cell.padEnd(widths[index]!) : cell.padStart(widths[index]!),
      )
      .join('  ');
  return [
    print(head),
    widths.map((width) => '─'.repeat(width)).join('  '),
    ...lines.map(print),
  ].join('\n');
}

export const number = (value: number, digits = 0): string =>
  Number.isFinite(value) ? value.toFixed(digits) : '–';
