import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import {
  Context as LiquidContext,
  type Emitter,
  Liquid,
  type LiquidError,
  toValueSync,
} from 'liquidjs';
import { MAX_BODY_BYTES } from '../../model/message/message.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { EXAMPLE_VALUES, type TemplateValues, templateValues } from './values.ts';

/** Escapes a value so that Markdown shows it literally: names come from customers. */
const escapeMarkdown = (value: unknown): string =>
  (typeof value === 'string' ? value : typeof value === 'number' ? value.toString() : '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_[\]{}<>&!|~]/g, (character) => `\\${character}`);

/** Templates are untrusted: no files, no prototypes, limited memory and 50 ms of time. */
const engine = new Liquid({
  outputEscape: escapeMarkdown,
  ownPropertyOnly: true,
  strictFilters: true,
  jsTruthy: false,
  cache: false,
  dynamicPartials: false,
  relativeReference: false,
  templates: {},
  parseLimit: MAX_BODY_BYTES,
  renderLimit: 50,
  memoryLimit: 500_000,
});

/**
 * Collects the output and stops the rendering as soon as it is longer than a message may be, so
 * that the result does not depend on whether the time limit is reached first.
 */
class BoundedOutput implements Emitter {
  buffer = '';
  isTooLong = false;
  #bytes = 0;

  write(output: unknown): void {
    const text = String(output);
    this.#bytes += Buffer.byteLength(text);
    this.isTooLong ||= this.#bytes > MAX_BODY_BYTES;
    if (this.isTooLong) throw new Error('output too long');
    this.buffer += text;
  }
}

/**
 * Renders a Liquid template. Refused at `field` with TOO_LONG when the output is longer than a
 * message may be, and with TEMPLATE_INVALID, naming the line, when it can’t be rendered.
 *
 * @example
 * renderTemplate('Hello {{requester.name}}', values, ['input', 'body']); // 'Hello Marta'
 */
export function renderTemplate(template: string, values: TemplateValues, field: string[]): string {
  const output = new BoundedOutput();
  try {
    const context = new LiquidContext(values, engine.options, { sync: true });
    toValueSync(engine.renderer.renderTemplates(engine.parse(template), context, output));
    return output.buffer;
  } catch (error) {
    if (output.isTooLong) throw new Refusal([{ code: 'TOO_LONG', field }]);
    const message = messageOfLiquid(error as LiquidError);
    throw new Refusal([{ code: 'TEMPLATE_INVALID', field, message }]);
  }
}

/** Refuses a template that can’t be rendered with example values, when it is saved. */
export const refuseInvalidTemplate = (template: string, field: string[]): void =>
  void renderTemplate(template, EXAMPLE_VALUES, field);

/** The line of the template, and what is wrong in it. */
function messageOfLiquid({ message, token }: Partial<LiquidError>): string {
  const line = (token as { getPosition?: () => number[] } | undefined)?.getPosition?.()[0];
  const text = (message ?? 'not a template')
    .split('\n', 1)[0]!
    .replace(/, line:\d+, col:\d+.*$/, '');
  return line ? `Line ${line}: ${text}.` : `${text}.`;
}

const VARIABLE = /\{\{\s*(ticket|requester|agent|department|workspace)\.(\w+)\s*\}\}/g;

/**
 * Fills the variables in a message that an agent sends. All other template syntax stays as it is,
 * because people also write about templates; messages of other actors stay unchanged.
 */
export async function renderVariables(ctx: Context, ticket: Ticket, body: string): Promise<string> {
  if (ctx.actor.kind !== 'agent' || body.search(VARIABLE) < 0) return body;
  const values = await templateValues(ctx, ticket);
  const text = body.replaceAll(VARIABLE, (variable, entity: string, name: string) =>
    Object.hasOwn(values[entity]!, name) ? escapeMarkdown(values[entity]![name]) : variable,
  );
  if (Buffer.byteLength(text) > MAX_BODY_BYTES) throw new Refusal('TOO_LONG', 'body');
  return text;
}
