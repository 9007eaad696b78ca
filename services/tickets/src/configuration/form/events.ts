import type { TicketForm } from './form.ts';

/** The form as every fact about it carries it. */
export const formState = ({ name, public: isPublic, fields }: TicketForm) => ({
  name,
  public: isPublic,
  fields,
});
