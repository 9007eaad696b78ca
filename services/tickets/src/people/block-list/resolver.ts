import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { updateSenderBlock } from './block.ts';
import { SenderBlockInput, SenderBlockPayload } from './input.ts';

@Resolver()
export class SenderResolver {
  @Auth({ scopes: ['settings:write'], roles: [Role.LEAD] })
  @Mutation(() => SenderBlockPayload, {
    description:
      'Puts a mail address or domain on the block list, or takes it off: whoever is recognised by it opens no tickets, writes nothing and names nobody for copies, and is refused with SENDER_BLOCKED, also where an app opens a ticket with his words. The staff may still open tickets for him, apps may write to him in their own name, and `ticketImport` brings in what he wrote before.',
  })
  senderBlock(
    @Arg('input', () => SenderBlockInput) input: SenderBlockInput,
    @Ctx() ctx: Context,
  ): Promise<SenderBlockPayload> {
    return updateSenderBlock(ctx, input);
  }
}
