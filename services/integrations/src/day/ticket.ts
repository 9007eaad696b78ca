import type { Player } from './people.ts';

export interface Shown {
  id: string;
  number: number;
  status: string;
  cursor: string;
}

const SHOWN = 'id number status cursor';

/** A ticket as an actor reads it now. */
export async function readTicket<More>(who: Player, id: string, more = ''): Promise<Shown & More> {
  const { ticket } = await who.ask<{ ticket: Shown & More }>(
    `query ($id: ID!) { ticket(id: $id) { ${SHOWN} ${more} } }`,
    { id },
  );
  return ticket;
}

/** The cursor that a public reply passes as `seen`. */
export const readCursor = async (who: Player, id: string): Promise<string> =>
  (await readTicket(who, id)).cursor;
