import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { importTicket } from './import.ts';
import { TicketImportInput, TicketImportPayload } from './input.ts';

@Resolver()
export class TicketImport {
  @Auth({ scopes: ['tickets:import'], roles: [Role.ADMIN] })
  @Mutation(() => TicketImportPayload, {
    description:
      'Imports a ticket with its history and times from another system; for apps with the scope `tickets:import`. Importing the same `externalId` again changes nothing and returns the ticket.',
  })
  ticketImport(
    @Arg('input', () => TicketImportInput) input: TicketImportInput,
    @Ctx() ctx: Context,
  ): Promise<TicketImportPayload> {
    return importTicket(ctx, input);
  }
}
