/** Values of the file and the enum values that they are imported as. */
export const INCIDENT_STATUSES: Record<string, string> = {
  New: 'NEW',
  Active: 'OPEN',
  'Awaiting User Info': 'PENDING',
  'Awaiting Vendor': 'ON_HOLD',
  'Awaiting Problem': 'ON_HOLD',
  'Awaiting Evidence': 'ON_HOLD',
  Resolved: 'SOLVED',
  Closed: 'CLOSED',
};

export const INCIDENT_PRIORITIES: Record<string, string> = {
  '1 - Critical': 'URGENT',
  '2 - High': 'HIGH',
  '3 - Moderate': 'NORMAL',
  '4 - Low': 'LOW',
};

/** Other kinds of contact are imported as API. */
export const INCIDENT_CHANNELS: Record<string, string> = {
  Phone: 'CALL',
  IVR: 'CALL',
  Email: 'EMAIL',
  'Self service': 'PORTAL',
  'Direct opening': 'WEB_FORM',
};

/** The tag of every imported ticket. */
export const LOG_TAG = 'incident-log';
