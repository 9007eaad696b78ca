/** How processes tell each other that somebody was told something. */
export const CHANNEL = 'notification';

export const wordOf = (workspace: string, personId: string): string => `${workspace} ${personId}`;
