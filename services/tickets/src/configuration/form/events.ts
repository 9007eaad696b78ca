import type { TicketForm } from './form.ts';

/** The form as every fact about it carries it. */
export const stateOf = ({ name, public: isPublic, fields }: TicketForm) => ({
  name,
  public: isPublic,
  fields,
});
