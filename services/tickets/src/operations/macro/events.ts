import type { Macro } from './macro.ts';

/** The macro as every fact about it carries it. */
export const macroState = ({ name, departmentId, actions }: Macro) => ({
  name,
  departmentId,
  actions,
});
