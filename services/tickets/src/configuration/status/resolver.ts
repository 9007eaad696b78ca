import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { canSeeOnHold } from '../../model/ticket/read-rights.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import {
  CustomStatusCreateInput,
  CustomStatusCreatePayload,
  CustomStatusDeleteInput,
  CustomStatusDeletePayload,
  CustomStatusUpdateInput,
  CustomStatusUpdatePayload,
} from './input.ts';
import { createCustomStatus, deleteCustomStatus, updateCustomStatus } from './mutations.ts';
import { findCustomStatuses, visibleCustomStatus } from './queries.ts';
import { CustomStatus } from './status.ts';

@Resolver(() => CustomStatus)
export class CustomStatusResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.LIGHT, Role.ANALYST] })
  @Query(() => [CustomStatus], {
    description:
      'The custom statuses of the workspace, in the order of their bases and by label; at most 100. Tickets can’t be moved to those over ON_HOLD while ON_HOLD is off.',
  })
  customStatuses(@Ctx() ctx: Context): Promise<CustomStatus[]> {
    return findCustomStatuses(ctx);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => CustomStatusCreatePayload, {
    description:
      'Creates a custom status over OPEN, PENDING, ON_HOLD or SOLVED; a workspace has at most 100.',
  })
  customStatusCreate(
    @Arg('input', () => CustomStatusCreateInput) input: CustomStatusCreateInput,
    @Ctx() ctx: Context,
  ): Promise<CustomStatusCreatePayload> {
    return createCustomStatus(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => CustomStatusUpdatePayload, {
    description: 'Renames a custom status; its base never changes.',
  })
  customStatusUpdate(
    @Arg('input', () => CustomStatusUpdateInput) input: CustomStatusUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<CustomStatusUpdatePayload> {
    return updateCustomStatus(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => CustomStatusDeletePayload, {
    description:
      'Deletes a custom status; refused with IN_USE while tickets have it, including tickets in the bin, or while a macro, a form, a view, an access role or an escalation path names it; the message says which.',
  })
  customStatusDelete(
    @Arg('input', () => CustomStatusDeleteInput) input: CustomStatusDeleteInput,
    @Ctx() ctx: Context,
  ): Promise<CustomStatusDeletePayload> {
    return deleteCustomStatus(ctx, input);
  }

  @FieldResolver(() => String, {
    description: 'The name, at most 50 characters; requesters read the name for requesters.',
  })
  label(@Root() { label, requesterLabel }: CustomStatus, @Ctx() ctx: Context): string {
    return canSeeOnHold(ctx.actor) ? label : requesterLabel;
  }

  @FieldResolver(() => Int, {
    description: 'Grows with each change; requesters always read 1.',
  })
  version(@Root() { version }: CustomStatus, @Ctx() ctx: Context): number {
    return canSeeOnHold(ctx.actor) ? version : 1;
  }
}

@Resolver(() => Ticket)
export class CustomStatusOfTicket {
  @FieldResolver(() => CustomStatus, {
    nullable: true,
    description:
      'The custom status that refines `status`; null when there is none, and for requesters while the ticket is ON_HOLD.',
  })
  customStatus(
    @Root() { customStatusId }: Ticket,
    @Ctx() ctx: Context,
  ): Promise<CustomStatus | null> | null {
    return customStatusId ? visibleCustomStatus(ctx, customStatusId) : null;
  }
}
