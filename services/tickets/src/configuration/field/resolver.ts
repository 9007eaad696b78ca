import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { TicketField } from '../../model/field/field.ts';
import { findFields } from '../../model/field/queries.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import {
  TicketFieldCreateInput,
  TicketFieldCreatePayload,
  TicketFieldDeleteInput,
  TicketFieldDeletePayload,
  TicketFieldUpdateInput,
  TicketFieldUpdatePayload,
} from './input.ts';
import { createField, deleteField, updateField } from './mutations.ts';
import { FieldValue, visibleFieldValues } from './values.ts';

@Resolver(() => TicketField)
export class TicketFieldResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.REQUESTER, Role.LIGHT, Role.ANALYST] })
  @Query(() => [TicketField], {
    description: 'The custom fields that the caller may see, by label; at most 100.',
  })
  ticketFields(@Ctx() ctx: Context): Promise<TicketField[]> {
    return findFields(ctx);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => TicketFieldCreatePayload, {
    description: 'Creates a custom field; a workspace has at most 100.',
  })
  ticketFieldCreate(
    @Arg('input', () => TicketFieldCreateInput) input: TicketFieldCreateInput,
    @Ctx() ctx: Context,
  ): Promise<TicketFieldCreatePayload> {
    return createField(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => TicketFieldUpdatePayload, {
    description: 'Changes a custom field; its key and its kind never change.',
  })
  ticketFieldUpdate(
    @Arg('input', () => TicketFieldUpdateInput) input: TicketFieldUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<TicketFieldUpdatePayload> {
    return updateField(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => TicketFieldDeletePayload, {
    description:
      'Deletes a custom field: tickets can’t get values of it any more and keep the values that they have. Refused with IN_USE while a macro, a form, a view, an access role or an escalation path names it; the message says which.',
  })
  ticketFieldDelete(
    @Arg('input', () => TicketFieldDeleteInput) input: TicketFieldDeleteInput,
    @Ctx() ctx: Context,
  ): Promise<TicketFieldDeletePayload> {
    return deleteField(ctx, input);
  }
}

@Resolver(() => Ticket)
export class FieldsOfTicket {
  @FieldResolver(() => [FieldValue], {
    description:
      'The values of the custom fields that the caller may see, by key; fields without a value are left out.',
  })
  fields(@Root() { fields }: Ticket, @Ctx() ctx: Context): Promise<FieldValue[]> {
    return visibleFieldValues(ctx, fields);
  }
}
