/** How processes tell each other that the presence on a ticket has changed. */
export const CHANNEL = 'presence';

export const wordOf = (workspace: string, ticketUuid: string): string =>
  `${workspace} ${ticketUuid}`;
