/** The NOTIFY channel of new notifications. */
export const NOTIFICATION_CHANNEL = 'notification';

export const notificationKey = (workspace: string, personId: string): string =>
  `${workspace} ${personId}`;
