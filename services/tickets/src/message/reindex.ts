import { sql, uuids } from '@deskgraph/common/database';
import { toId } from '@deskgraph/common/id';
import type { Context } from '@deskgraph/common/transaction';
import { searchText } from '@deskgraph/common/words';
import type { Ticket } from '../ticket/ticket.ts';
import { MessageVisibility } from './message.ts';

interface Row {
  ticket_id: string;
  visibility: string;
  text: string;
}

/** Makes tickets findable anew by what is said in them now, after messages have moved between them. */
export async function reindex(ctx: Context, tickets: readonly Ticket[]): Promise<void> {
  await ctx.em.flush();
  const ids = uuids(
    'tkt',
    tickets.map(({ id }) => id),
  );
  const { rows } = await sql<Row>`select ticket_id, visibility, text from message where ticket_id = any(${ids})`.execute(
    ctx.em.getKysely(),
  );
  const said = Map.groupBy(rows, ({ ticket_id: id }) => toId('tkt', id));
  const texts = tickets.map(({ id, subject, requesterName }) => {
    const messages = said.get(id) ?? [];
    const open = messages.filter(({ visibility }) => visibility === MessageVisibility.PUBLIC);
    const of = (list: Row[]): string => searchText(subject, requesterName, ...list.map(({ text }) => text));
    return { open: of(open), everything: of(messages) };
  });
  await sql`
    insert into ticket_text (ticket_id, workspace_id, public, everything)
    select id, ${ctx.workspace}::uuid, to_tsvector('simple', open), to_tsvector('simple', everything)
    from unnest(${ids}, ${texts.map(({ open }) => open)}::text[], ${texts.map(({ everything }) => everything)}::text[]) as t(id, open, everything)
    on conflict (ticket_id) do update set public = excluded.public, everything = excluded.everything`.execute(ctx.em.getKysely());
}
