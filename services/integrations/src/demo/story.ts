/** What somebody wrote: the requester, the agent in charge, or that agent in a private note. */
export type Turn = { customer: string } | { agent: string } | { note: string };

/** One ticket of the demo shop, from the first word to where it stands now. */
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
  /** Since when; left out it is anywhere in the last month. */
  daysAgo?: number;
}
