import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Department } from '../../staff/department/department.ts';
import { departmentById } from '../../staff/department/queries.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { applyMacro } from './apply.ts';
import {
  MacroApplyInput,
  MacroApplyPayload,
  MacroCreateInput,
  MacroCreatePayload,
  MacroDeleteInput,
  MacroDeletePayload,
  MacroUpdateInput,
  MacroUpdatePayload,
} from './input.ts';
import { Macro } from './macro.ts';
import { createMacro, deleteMacro, updateMacro } from './mutations.ts';
import { findMacros, macroUsage } from './queries.ts';
import { suggestedMacros } from './suggestions.ts';

@Resolver(() => Macro)
export class MacroResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.AGENT] })
  @Query(() => [Macro], {
    description: 'The macros of the caller’s departments and those for all departments, by name.',
  })
  macros(@Ctx() ctx: Context): Promise<Macro[]> {
    return findMacros(ctx);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.LEAD] })
  @Mutation(() => MacroCreatePayload, {
    description:
      'Creates a macro for one of the caller’s departments or for all departments. At most 500 in a workspace.',
  })
  macroCreate(
    @Arg('input', () => MacroCreateInput) input: MacroCreateInput,
    @Ctx() ctx: Context,
  ): Promise<MacroCreatePayload> {
    return createMacro(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.LEAD] })
  @Mutation(() => MacroUpdatePayload, { description: 'Updates a macro.' })
  macroUpdate(
    @Arg('input', () => MacroUpdateInput) input: MacroUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<MacroUpdatePayload> {
    return updateMacro(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.LEAD] })
  @Mutation(() => MacroDeletePayload, {
    description: 'Deletes a macro. Tickets it was applied to stay as they are.',
  })
  macroDelete(
    @Arg('input', () => MacroDeleteInput) input: MacroDeleteInput,
    @Ctx() ctx: Context,
  ): Promise<MacroDeletePayload> {
    return deleteMacro(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => MacroApplyPayload, {
    description:
      'Applies all actions of a macro to a ticket in one transaction, or none. Each action has the rights and rules of the mutation that does the same. Can be undone for 30 days, except for messages.',
  })
  macroApply(
    @Arg('input', () => MacroApplyInput) input: MacroApplyInput,
    @Ctx() ctx: Context,
  ): Promise<MacroApplyPayload> {
    return applyMacro(ctx, input);
  }

  @FieldResolver(() => Int, {
    description: 'The number of times it was applied in the last 30 days.',
  })
  usage(@Root() { id }: Macro, @Ctx() ctx: Context): Promise<number> {
    return macroUsage(ctx, id);
  }

  @FieldResolver(() => Department, {
    nullable: true,
    description: 'The department whose agents can use it. Null when all departments can.',
  })
  department(
    @Root() { departmentId }: Macro,
    @Ctx() ctx: Context,
  ): Promise<Department | null> | null {
    return departmentId === null ? null : departmentById(ctx, departmentId);
  }
}

@Resolver(() => Ticket)
export class MacrosOfTicket {
  @Auth({ roles: [Role.AGENT] })
  @FieldResolver(() => [Macro], {
    nullable: true,
    description:
      'The macros that suit the ticket, best first, at most 20: ordered by how often each was applied in the last 30 days to tickets with the same category, department or tags, then by how often it was applied to any ticket.',
  })
  suggestedMacros(
    @Root() ticket: Ticket,
    @Arg('first', () => Int, { nullable: true, defaultValue: 3 }) first: number | null,
    @Ctx() ctx: Context,
  ): Promise<Macro[]> {
    return suggestedMacros(ctx, ticket, first ?? 3);
  }
}
