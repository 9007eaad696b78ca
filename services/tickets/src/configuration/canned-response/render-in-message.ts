import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { BODY_BYTES } from '../../ticketing/ticket/input.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { renderTemplate } from './template.ts';
import { templateValues } from './values.ts';

const VARIABLE = /\{\{\s*((?:ticket|requester|agent|department|workspace)\.\w+)\s*\}\}/g;

/**
 * What an agent sends with the variables of stored answers in it. Nothing else is taken for a template: people write about templates too, and
 * what others send stays word for word.
 */
export async function renderVariables(ctx: Context, ticket: Ticket, body: string): Promise<string> {
  if (ctx.actor.kind !== 'agent' || body.search(VARIABLE) < 0) return body;
  const values = await templateValues(ctx, ticket);
  const text = body.replaceAll(VARIABLE, (given, name: string) =>
    isKnown(values, name) ? renderTemplate(`{{${name}}}`, values, ['input', 'body']) : given,
  );
  if (Buffer.byteLength(text) > BODY_BYTES) throw new Refusal('TOO_LONG', 'body');
  return text;
}

function isKnown(values: Record<string, object>, name: string): boolean {
  const [thing, field] = name.split('.') as [string, string];
  return Object.hasOwn(values, thing) && Object.hasOwn(values[thing]!, field);
}
