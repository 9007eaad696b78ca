import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { updateSenderBlock } from './block-list.ts';
import { SenderBlockInput, SenderBlockPayload } from './input.ts';

@Resolver()
export class SenderResolver {
  @Auth({ scopes: ['settings:write'], roles: [Role.LEAD] })
  @Mutation(() => SenderBlockPayload, {
    description:
      'Adds a mail address or domain to the block list, or removes it. Customers with such an address cannot open tickets, write messages or add customers for copies; they are refused with SENDER_BLOCKED, also when an app opens a ticket on their behalf. Agents may still open tickets for them, apps may write to them in their own name, and `ticketImport` imports their earlier messages.',
  })
  senderBlock(
    @Arg('input', () => SenderBlockInput) input: SenderBlockInput,
    @Ctx() ctx: Context,
  ): Promise<SenderBlockPayload> {
    return updateSenderBlock(ctx, input);
  }
}
