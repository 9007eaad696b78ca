import { Auth, Role } from '@deskgraph/common/access';
import type { Context } from '@deskgraph/common/transaction';
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { block } from './block.ts';
import { SenderBlockInput, SenderBlockPayload } from './input.ts';

@Resolver()
export class SenderResolver {
  @Auth({ scopes: ['settings:write'], roles: [Role.LEAD] })
  @Mutation(() => SenderBlockPayload, {
    description:
      'Puts a mail address or domain on the block list, or takes it off: whoever is recognised by it opens no tickets and writes nothing, by himself or through an app, and is refused with SENDER_BLOCKED. The staff may still open tickets for him.',
  })
  senderBlock(@Arg('input', () => SenderBlockInput) input: SenderBlockInput, @Ctx() ctx: Context): Promise<SenderBlockPayload> {
    return block(ctx, input);
  }
}
