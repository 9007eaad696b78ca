import { Refusal } from '@deskgraph/common/core/errors';
import { line, loose, text, z } from '@deskgraph/common/graphql/input';
import { RE2JS } from 're2js';
import { FieldKind, type TicketField } from './field.ts';

export const MAX_FIELD_OPTIONS = 100;

/** What an input may say of a field. */
export const fieldBounds = loose({
  key: z.string().regex(/^[a-z][a-z0-9_]{0,49}$/),
  label: line(100),
  options: z.array(line(100)).max(MAX_FIELD_OPTIONS),
  pattern: text(200),
});

type Definition = Pick<
  TicketField,
  'kind' | 'options' | 'pattern' | 'visibleToRequester' | 'editableByRequester'
>;

/** Refuses what no field can be: options are for choices and only there, a pattern is for PATTERN and only there. */
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
  const words = new Set(options.map((option) => option.normalize('NFC').toLowerCase()));
  if (words.size < options.length) throw new Refusal('TAKEN', 'options');
  if (kind === FieldKind.PATTERN && pattern === null) throw new Refusal('REQUIRED', 'pattern');
  if (kind !== FieldKind.PATTERN && pattern !== null) throw new Refusal('INVALID', 'pattern');
  if (pattern !== null && !compilePattern(pattern)) throw new Refusal('INVALID', 'pattern');
  if (editableByRequester && !visibleToRequester)
    throw new Refusal([
      {
        code: 'INVALID',
        field: ['input', 'editableByRequester'],
        message: 'What requesters fill must be shown to them.',
      },
    ]);
}

/** A pattern to match with in linear time, whatever it is; undefined when it is none. */
export function compilePattern(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return undefined;
  }
}
