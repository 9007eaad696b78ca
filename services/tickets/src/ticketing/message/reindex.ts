import { sql, uuids } from '@deskgraph/common/database/database';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { searchText } from '@deskgraph/common/text/tokenizer';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { MessageVisibility } from '../../model/message/message.ts';

interface Row {
  ticket_id: string;
  visibility: string;
  text: string;
}

/** Makes tickets findable anew by what stands in them now: what was moved out of them, or had another name, finds them no more. */
export async function reindex(ctx: Context, tickets: readonly Ticket[]): Promise<void> {
  await ctx.em.flush();
  const ids = uuids(
    'tkt',
    tickets.map(({ id }) => id),
  );
  const { rows } =
    await sql<Row>`select ticket_id, visibility, text from message where ticket_id = any(${ids})`.execute(
      ctx.em.getKysely(),
    );
  const said = Map.groupBy(rows, ({ ticket_id: id }) => toId('tkt', id));
  const texts = tickets.map(({ id, subject, requesterName }) => {
    const messages = said.get(id) ?? [];
    const of = (list: Row[]): string => searchText(...list.map(({ text }) => text));
    const open = messages.filter(({ visibility }) => visibility === MessageVisibility.PUBLIC);
    return {
      subject: searchText(subject),
      name: searchText(requesterName),
      open: of(open),
      everything: of(messages),
    };
  });
  const column = (name: keyof (typeof texts)[number]) =>
    sql`${texts.map((each) => each[name])}::text[]`;
  await sql`
    insert into ticket_text (ticket_id, workspace_id, public, everything)
    select id, ${ctx.workspace}::uuid, head || to_tsvector('simple', open), head || to_tsvector('simple', everything)
    from unnest(${ids}, ${column('subject')}, ${column('name')}, ${column('open')}, ${column('everything')}) as t(id, subject, name, open, everything)
    cross join lateral (select setweight(to_tsvector('simple', subject), 'A') || setweight(to_tsvector('simple', name), 'B') as head) h
    on conflict (ticket_id) do update set public = excluded.public, everything = excluded.everything`.execute(
    ctx.em.getKysely(),
  );
}
