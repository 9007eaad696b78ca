import type { Context } from '@deskgraph/common/database/context';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Ticket } from '../../model/ticket/ticket.ts';
import { formById } from './find.ts';
import { TicketForm } from './form.ts';

@Resolver(() => Ticket)
export class FormOfTicket {
  @FieldResolver(() => TicketForm, {
    nullable: true,
    description: 'The form that it was made with; requesters read those that are offered to them.',
  })
  form(@Root() { formId }: Ticket, @Ctx() ctx: Context): Promise<TicketForm | null> | null {
    return formId ? formById(ctx, formId) : null;
  }
}
