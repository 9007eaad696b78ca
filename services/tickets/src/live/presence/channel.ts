/** The NOTIFY channel of presence changes. */
export const PRESENCE_CHANNEL = 'presence';

export const presenceKey = (workspace: string, ticketUuid: string): string =>
  `${workspace} ${ticketUuid}`;
