// The tickets service that the test files of a run share. Prints its addresses, and ends with the
// run.
import { startOwnTickets } from './own-service.ts';

const { url, database } = await startOwnTickets();
process.stdout.write(`${JSON.stringify({ url, database })}\n`);
