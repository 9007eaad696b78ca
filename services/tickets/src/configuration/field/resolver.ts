import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { TicketFieldCreateInput, TicketFieldCreatePayload, createField } from './create.ts';
import { TicketFieldDeleteInput, TicketFieldDeletePayload, deleteField } from './delete.ts';
import { TicketField } from '../../model/field/field.ts';
import { findFields } from '../../model/field/find.ts';
import { TicketFieldUpdateInput, TicketFieldUpdatePayload, updateField } from './update.ts';

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
    description: 'Changes a custom field; its key and its kind stay.',
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
      'Deletes a custom field: no ticket gets a value of it any more. Tickets that have one go on showing it. Refused with IN_USE while a macro, a form, a view, an access role or an escalation path names it; the message says which.',
  })
  ticketFieldDelete(
    @Arg('input', () => TicketFieldDeleteInput) input: TicketFieldDeleteInput,
    @Ctx() ctx: Context,
  ): Promise<TicketFieldDeletePayload> {
    return deleteField(ctx, input);
  }
}
