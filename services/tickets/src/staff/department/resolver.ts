import { Auth, Role } from '@deskgraph/common/auth/access';
import { ForwardArgs, type Page, PageArgs } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { type Agent, AgentConnection } from '../agent/agent.ts';
import { findAgentsOfDepartment } from '../agent/of-department.ts';
import { TicketFilter } from '../../model/filter/sql.ts';
import { findOf } from '../../model/lookup/find.ts';
import { TicketOrder } from '../../model/filter/order.ts';
import { type Ticket, TicketConnection } from '../../model/ticket/ticket.ts';
import { DepartmentCreateInput, DepartmentCreatePayload, createDepartment } from './create.ts';
import { DepartmentDeleteInput, DepartmentDeletePayload, deleteDepartment } from './delete.ts';
import { Department } from './department.ts';
import { findDepartments } from './queries.ts';
import { DepartmentUpdateInput, DepartmentUpdatePayload, updateDepartment } from './mutations.ts';

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
  @Mutation(() => DepartmentUpdatePayload, { description: 'Changes a department.' })
  departmentUpdate(
    @Arg('input', () => DepartmentUpdateInput) input: DepartmentUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<DepartmentUpdatePayload> {
    return updateDepartment(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => DepartmentDeletePayload, {
    description:
      'Deletes a department; refused with IN_USE while unsolved tickets are in it or a category gives it to tickets. Solved tickets and reports go on naming it; its name is free again.',
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
    description: 'The agents that work in it, by name; for staff only.',
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
    description: 'Its tickets, in the order of the queue; for staff only.',
  })
  tickets(
    @Root() department: Department,
    @Arg('filter', () => TicketFilter, { nullable: true }) filter: TicketFilter | null,
    @Arg('orderBy', () => [TicketOrder], { nullable: true }) orderBy: TicketOrder[] | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Ticket>> {
    return findOf(ctx, { column: 'department_id', prefix: 'dep' }, department.id, {
      filter,
      orderBy,
      ...page,
    });
  }
}
