import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Department } from '../../staff/department/department.ts';
import { departmentById } from '../../staff/department/queries.ts';
import { applyMacro } from './apply.ts';
import { createMacro } from './create.ts';
import { deleteMacro } from './delete.ts';
import { findMacros, macroUsage } from './queries.ts';
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
import { Ticket } from '../../model/ticket/ticket.ts';
import { Macro } from './macro.ts';
import { suggestedMacros } from './suggestions.ts';
import { updateMacro } from './mutations.ts';

@Resolver(() => Macro)
export class MacroResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.AGENT] })
  @Query(() => [Macro], {
    description: 'Macros of the caller’s departments and those for all, by name.',
  })
  macros(@Ctx() ctx: Context): Promise<Macro[]> {
    return findMacros(ctx);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.LEAD] })
  @Mutation(() => MacroCreatePayload, {
    description: 'Creates a macro: for an own department or for all. At most 500 in a workspace.',
  })
  macroCreate(
    @Arg('input', () => MacroCreateInput) input: MacroCreateInput,
    @Ctx() ctx: Context,
  ): Promise<MacroCreatePayload> {
    return createMacro(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.LEAD] })
  @Mutation(() => MacroUpdatePayload, { description: 'Changes a macro.' })
  macroUpdate(
    @Arg('input', () => MacroUpdateInput) input: MacroUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<MacroUpdatePayload> {
    return updateMacro(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.LEAD] })
  @Mutation(() => MacroDeletePayload, { description: 'Deletes a macro; what it has done stays.' })
  macroDelete(
    @Arg('input', () => MacroDeleteInput) input: MacroDeleteInput,
    @Ctx() ctx: Context,
  ): Promise<MacroDeletePayload> {
    return deleteMacro(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => MacroApplyPayload, {
    description:
      'Runs a macro on one ticket: all of it in one transaction, or nothing, by the same rules as by hand. Can be taken back for 30 days, but for what was written.',
  })
  macroApply(
    @Arg('input', () => MacroApplyInput) input: MacroApplyInput,
    @Ctx() ctx: Context,
  ): Promise<MacroApplyPayload> {
    return applyMacro(ctx, input);
  }

  @FieldResolver(() => Int, { description: 'How often it was used in the last 30 days.' })
  usage(@Root() { id }: Macro, @Ctx() ctx: Context): Promise<number> {
    return macroUsage(ctx, id);
  }

  @FieldResolver(() => Department, {
    nullable: true,
    description: 'The department that has it; null when all have.',
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
      'Macros of the caller that fit, best first, at most 20: by how often each was applied in the last 30 days to tickets that share category, department or labels with it, then by use.',
  })
  suggestedMacros(
    @Root() ticket: Ticket,
    @Arg('first', () => Int, { nullable: true, defaultValue: 3 }) first: number | null,
    @Ctx() ctx: Context,
  ): Promise<Macro[]> {
    return suggestedMacros(ctx, ticket, first ?? 3);
  }
}
