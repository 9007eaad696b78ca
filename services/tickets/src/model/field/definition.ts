import { Refusal } from '@deskgraph/common/core/errors';
import { singleLine, optionalFields, multiLine, z } from '@deskgraph/common/graphql/input';
import { RE2JS } from 're2js';
import { FieldKind, type TicketField } from './field.ts';

export const MAX_FIELD_OPTIONS = 100;

/** Bounds of the inputs that create and update a field. */
export const fieldBounds = optionalFields({
  key: z.string().regex(/^[a-z][a-z0-9_]{0,49}$/),
  label: singleLine(100),
  options: z.array(singleLine(100)).max(MAX_FIELD_OPTIONS),
  pattern: multiLine(200),
});

type Definition = Pick<
  TicketField,
  'kind' | 'options' | 'pattern' | 'visibleToRequester' | 'editableByRequester'
>;

/**
 * Refuses a contradictory field: options are for CHOICE and CHOICES only, a pattern is for PATTERN
 * only, both are required there, and a field that requesters fill must be visible to them.
 */
export function refuseInvalidField({
  kind,
  options,
  pattern,
  visibleToRequester,
  editableByRequester,
}: Definition): void {
  const isChoice = kind === FieldKind.CHOICE || kind === FieldKind.CHOICES;
  if (isChoice && !options.length) throw new Refusal('REQUIRED', 'options');
  if (!isChoice && options.length) throw new Refusal('INVALID', 'options');
  const normalized = new Set(options.map((option) => option.normalize('NFC').toLowerCase()));
  if (normalized.size < options.length) throw new Refusal('TAKEN', 'options');
  if (kind === FieldKind.PATTERN && pattern === null) throw new Refusal('REQUIRED', 'pattern');
  if (kind !== FieldKind.PATTERN && pattern !== null) throw new Refusal('INVALID', 'pattern');
  if (pattern !== null && !compilePattern(pattern)) throw new Refusal('INVALID', 'pattern');
  if (editableByRequester && !visibleToRequester)
    throw new Refusal([
      {
        code: 'INVALID',
        field: ['input', 'editableByRequester'],
        message: 'A field that requesters fill must be visible to them.',
      },
    ]);
}

/**
 * Compiles a pattern; undefined when it is not valid RE2. RE2 matches any pattern in linear time.
 */
export function compilePattern(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return undefined;
  }
}
