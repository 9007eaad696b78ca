import { Refusal } from '@deskgraph/common/core/errors';
import { Liquid, type LiquidError } from 'liquidjs';
import { EXAMPLE_VALUES, type TemplateValues } from './values.ts';

/** Longest result, as of a message. */
const RESULT_BYTES = 64 * 1024;

/** A value in a Markdown text says itself and nothing more: names come from customers. */
const inMarkdown = (value: unknown): string =>
  (typeof value === 'string' ? value : typeof value === 'number' ? value.toString() : '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_[\]{}<>&!|~]/g, (sign) => `\\${sign}`);

/** Templates are of people whom we don't have to trust: no files, no prototypes, little memory and hardly any time. */
const engine = new Liquid({
  outputEscape: inMarkdown,
  ownPropertyOnly: true,
  strictFilters: true,
  jsTruthy: false,
  cache: false,
  dynamicPartials: false,
  relativeReference: false,
  templates: {},
  parseLimit: RESULT_BYTES,
  renderLimit: 50,
  memoryLimit: 500_000,
});

/** The text of a template with its variables filled; refused at `field` where it can't be. */
export function renderTemplate(template: string, values: TemplateValues, field: string[]): string {
  try {
    const text = engine.parseAndRenderSync(template, values) as string;
    if (Buffer.byteLength(text) <= RESULT_BYTES) return text;
  } catch (error) {
    throw new Refusal([{ code: 'TEMPLATE_INVALID', field, message: told(error as LiquidError) }]);
  }
  throw new Refusal([{ code: 'TOO_LONG', field }]);
}

/** Refuses a template that could not be filled, before anybody wants to send it. */
export const refuseInvalidTemplate = (template: string, field: string[]): void =>
  void renderTemplate(template, EXAMPLE_VALUES, field);

/** Names the line, and what is wrong there. */
function told({ message, token }: Partial<LiquidError>): string {
  const line = (token as { getPosition?: () => number[] } | undefined)?.getPosition?.()[0];
  const words = (message ?? 'not a template')
    .split('\n', 1)[0]!
    .replace(/, line:\d+, col:\d+.*$/, '');
  return line ? `Line ${line}: ${words}.` : `${words}.`;
}
