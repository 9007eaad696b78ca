/** A message of the requester, a reply of the agent, or a private note of the agent. */
export type Turn = { customer: string } | { agent: string } | { note: string };

/** A ticket of the demo shop with its messages and final status. */
export interface Story {
  /** Key in `customers`. */
  from: string;
  by: 'EMAIL' | 'CHAT' | 'CALL' | 'FACEBOOK' | 'TWITTER' | 'WEB_FORM' | 'PORTAL';
  /** Key in `departments`. */
  department: string;
  subject: string;
  body: string;
  tags: string[];
  product?: string;
  priority?: 'LOW' | 'HIGH' | 'URGENT';
  turns?: Turn[];
  status: 'NEW' | 'OPEN' | 'PENDING' | 'SOLVED' | 'CLOSED';
  /** The time of creation. Default: a random time of the last month. */
  daysAgo?: number;
}
