import { Auth, Role } from '@deskgraph/common/auth/access';
import { ForwardArgs, type Page, PageArgs } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { type Agent, AgentConnection } from '../agent/agent.ts';
import { findAgentsOfDepartment } from '../agent/queries.ts';
import { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { findTicketsOf } from '../../model/lookup/queries.ts';
import { TicketOrder } from '../../model/filter/order.ts';
import { type Ticket, TicketConnection } from '../../model/ticket/ticket.ts';
import { Department } from './department.ts';
import {
  DepartmentCreateInput,
  DepartmentCreatePayload,
  DepartmentDeleteInput,
  DepartmentDeletePayload,
  DepartmentUpdateInput,
  DepartmentUpdatePayload,
} from './input.ts';
import { createDepartment, deleteDepartment, updateDepartment } from './mutations.ts';
import { findDepartments } from './queries.ts';

@Resolver(() => Department)
export class DepartmentResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.REQUESTER, Role.LIGHT, Role.ANALYST] })
  @Query(() => [Department], { description: 'The departments by name.' })
  departments(@Ctx() ctx: Context): Promise<Department[]> {
    return findDepartments(ctx);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => DepartmentCreatePayload, { description: 'Creates a department.' })
  departmentCreate(
    @Arg('input', () => DepartmentCreateInput) input: DepartmentCreateInput,
    @Ctx() ctx: Context,
  ): Promise<DepartmentCreatePayload> {
    return createDepartment(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => DepartmentUpdatePayload, { description: 'Updates a department.' })
  departmentUpdate(
    @Arg('input', () => DepartmentUpdateInput) input: DepartmentUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<DepartmentUpdatePayload> {
    return updateDepartment(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => DepartmentDeletePayload, {
    description:
      'Deletes a department. Refused with IN_USE while it has unsolved tickets, a category assigns tickets to it, or a macro, form, access role, escalation path or view names it. Solved tickets and reports still show it; its name can be used again.',
  })
  departmentDelete(
    @Arg('input', () => DepartmentDeleteInput) input: DepartmentDeleteInput,
    @Ctx() ctx: Context,
  ): Promise<DepartmentDeletePayload> {
    return deleteDepartment(ctx, input);
  }

  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => AgentConnection, {
    nullable: true,
    description: 'The agents who work in it, by name. For staff only.',
  })
  agents(
    @Root() department: Department,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Agent>> {
    return findAgentsOfDepartment(ctx, department.id, page);
  }

  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => TicketConnection, {
    nullable: true,
    description: 'The tickets of the department, by default in queue order. For staff only.',
  })
  tickets(
    @Root() department: Department,
    @Arg('filter', () => TicketFilter, { nullable: true }) filter: TicketFilter | null,
    @Arg('orderBy', () => [TicketOrder], { nullable: true }) orderBy: TicketOrder[] | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Ticket>> {
    return findTicketsOf(ctx, { column: 'department_id', prefix: 'dep' }, department.id, {
      filter,
      orderBy,
      ...page,
    });
  }
}
