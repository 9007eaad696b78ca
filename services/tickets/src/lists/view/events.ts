import type { View } from './view.ts';

/** The view as every fact about it carries it. */
export const viewState = ({
  name,
  sharing,
  ownerId,
  departmentId,
  filter,
  orderBy,
  columns,
  groupBy,
}: View) => ({
  name,
  sharing,
  ownerId,
  departmentId,
  filter,
  orderBy,
  columns,
  groupBy,
});
