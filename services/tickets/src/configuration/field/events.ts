import type { TicketField } from '../../model/field/field.ts';

/** The field as every fact about it carries it. */
export const fieldState = ({
  key,
  label,
  kind,
  options,
  pattern,
  visibleToRequester,
  editableByRequester,
}: TicketField) => ({
  key,
  label,
  kind,
  options,
  pattern,
  visibleToRequester,
  editableByRequester,
});
