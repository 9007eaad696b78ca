import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { TicketField } from '../../model/field/field.ts';
import { fieldById } from '../../model/field/find.ts';
import { createForm } from './create.ts';
import { deleteForm } from './delete.ts';
import { visibleFormFields, findForms } from './find.ts';
import { FormField, TicketForm } from './form.ts';
import {
  TicketFormCreateInput,
  TicketFormCreatePayload,
  TicketFormDeleteInput,
  TicketFormDeletePayload,
  TicketFormUpdateInput,
  TicketFormUpdatePayload,
} from './input.ts';
import { updateForm } from './update.ts';

@Resolver(() => TicketForm)
export class TicketFormResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.REQUESTER, Role.LIGHT] })
  @Query(() => [TicketForm], {
    description: 'The forms that the caller may make tickets with, by name; at most 100.',
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
      'Changes a form. What it demands before SOLVED is demanded of tickets that were made with it before, too.',
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
      'Deletes a form; refused with IN_USE while unsolved tickets were made with it. Solved tickets go on naming it.',
  })
  ticketFormDelete(
    @Arg('input', () => TicketFormDeleteInput) input: TicketFormDeleteInput,
    @Ctx() ctx: Context,
  ): Promise<TicketFormDeletePayload> {
    return deleteForm(ctx, input);
  }

  @FieldResolver(() => [FormField], {
    description:
      'Its fields in order, as far as the caller has them in it; requesters have those that are shown to them. Administrators have all.',
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
