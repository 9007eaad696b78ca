/** What the log calls things, and what the desk calls them. */
export const STATUSES: Record<string, string> = {
  New: 'NEW',
  Active: 'OPEN',
  'Awaiting User Info': 'PENDING',
  'Awaiting Vendor': 'ON_HOLD',
  'Awaiting Problem': 'ON_HOLD',
  'Awaiting Evidence': 'ON_HOLD',
  Resolved: 'SOLVED',
  Closed: 'CLOSED',
};

export const PRIORITIES: Record<string, string> = {
  '1 - Critical': 'URGENT',
  '2 - High': 'HIGH',
  '3 - Moderate': 'NORMAL',
  '4 - Low': 'LOW',
};

/** A kind of contact that is not here came in by the desk's own API: by this import. */
export const CHANNELS: Record<string, string> = {
  Phone: 'CALL',
  IVR: 'CALL',
  Email: 'EMAIL',
  'Self service': 'PORTAL',
  'Direct opening': 'WEB_FORM',
};

/** On every ticket of the log. */
export const LOG_TAG = 'incident-log';
