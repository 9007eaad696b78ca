import type { TicketCategory } from './category.ts';

/** The category as every fact about it carries it. */
export const categoryState = ({
  name,
  names,
  parentId,
  departmentId,
  priority,
}: TicketCategory) => ({
  name,
  names,
  parentId,
  departmentId,
  priority,
});
