import type { CannedResponse } from './canned-response.ts';

/** The stored answer as every fact about it carries it. */
export const cannedResponseState = ({
  title,
  shortcut,
  text,
  bodies,
  departmentId,
}: CannedResponse) => ({
  title,
  shortcut,
  body: text,
  bodies,
  departmentId,
});
