import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { TicketField } from '../../model/field/field.ts';
import { fieldById } from '../../model/field/queries.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { FormField, TicketForm } from './form.ts';
import {
  TicketFormCreateInput,
  TicketFormCreatePayload,
  TicketFormDeleteInput,
  TicketFormDeletePayload,
  TicketFormUpdateInput,
  TicketFormUpdatePayload,
} from './input.ts';
import { createForm, deleteForm, updateForm } from './mutations.ts';
import { findForms, formById, visibleFormFields } from './queries.ts';

@Resolver(() => TicketForm)
export class TicketFormResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.REQUESTER, Role.LIGHT] })
  @Query(() => [TicketForm], {
    description: 'The forms with which the caller may create tickets, by name; at most 100.',
  })
  ticketForms(@Ctx() ctx: Context): Promise<TicketForm[]> {
    return findForms(ctx);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => TicketFormCreatePayload, {
    description: 'Creates a form; a workspace has at most 100.',
  })
  ticketFormCreate(
    @Arg('input', () => TicketFormCreateInput) input: TicketFormCreateInput,
    @Ctx() ctx: Context,
  ): Promise<TicketFormCreatePayload> {
    return createForm(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => TicketFormUpdatePayload, {
    description:
      'Changes a form. Fields that it requires before SOLVED are also required of tickets that were created with it earlier.',
  })
  ticketFormUpdate(
    @Arg('input', () => TicketFormUpdateInput) input: TicketFormUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<TicketFormUpdatePayload> {
    return updateForm(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => TicketFormDeletePayload, {
    description:
      'Deletes a form; refused with IN_USE while there are unsolved tickets that were created with it. Solved tickets keep it.',
  })
  ticketFormDelete(
    @Arg('input', () => TicketFormDeleteInput) input: TicketFormDeleteInput,
    @Ctx() ctx: Context,
  ): Promise<TicketFormDeletePayload> {
    return deleteForm(ctx, input);
  }

  @FieldResolver(() => [FormField], {
    description:
      'The fields that the caller has in the form, in order; requesters have those that are visible to them, administrators have all.',
  })
  fields(@Root() form: TicketForm, @Ctx() ctx: Context): Promise<FormField[]> {
    return visibleFormFields(ctx, form);
  }
}

@Resolver(() => FormField)
export class FieldOfForm {
  @FieldResolver(() => TicketField, { description: 'The custom field.' })
  field(@Root() { fieldId }: FormField, @Ctx() ctx: Context): Promise<TicketField | null> {
    return fieldById(ctx, fieldId);
  }
}

@Resolver(() => Ticket)
export class FormOfTicket {
  @FieldResolver(() => TicketForm, {
    nullable: true,
    description:
      'The form that the ticket was created with; for requesters only if they can use it.',
  })
  form(@Root() { formId }: Ticket, @Ctx() ctx: Context): Promise<TicketForm | null> | null {
    return formId ? formById(ctx, formId) : null;
  }
}
