import type { Player } from './people.ts';

export interface Shown {
  id: string;
  number: number;
  status: string;
  cursor: string;
}

const SHOWN = 'id number status cursor';

/** A ticket as somebody reads it now. */
export async function read<More>(who: Player, id: string, more = ''): Promise<Shown & More> {
  const { ticket } = await who.ask<{ ticket: Shown & More }>(
    `query ($id: ID!) { ticket(id: $id) { ${SHOWN} ${more} } }`,
    { id },
  );
  return ticket;
}

/** What a public answer says that its writer has read. */
export const seen = async (who: Player, id: string): Promise<string> =>
  (await read(who, id)).cursor;
