import { Auth, Role } from '@deskgraph/common/auth/access';
import { hydrate, sql } from '@deskgraph/common/database/database';
import type { Context } from '@deskgraph/common/database/context';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Ticket } from '../../model/ticket/ticket.ts';
import { Tag } from './tag.ts';

@Resolver(() => Ticket)
export class TicketTags {
  @Auth({ roles: [Role.LIGHT, Role.ANALYST] })
  @FieldResolver(() => [Tag], {
    nullable: true,
    description: 'Labels, in the order in which they were put on; for staff only.',
  })
  async tags(@Root() ticket: Ticket, @Ctx() ctx: Context): Promise<Tag[]> {
    const found = await Promise.all(ticket.tags.map((name) => byName(ctx, name)));
    return found.filter((tag) => tag !== null);
  }
}

const byName = (ctx: Context, name: string): Promise<Tag | null> =>
  ctx.load.byKey<Tag | null>(
    'tags by name',
    name,
    async (names) => {
      const em = await ctx.read();
      const { rows } =
        await sql`select * from tag where workspace_id = ${ctx.workspace}::uuid and name = any(${names}::text[])`.execute(
          em.getKysely(),
        );
      return new Map(hydrate(ctx.orm, Tag, rows).map((tag) => [tag.name, tag]));
    },
    null,
  );
