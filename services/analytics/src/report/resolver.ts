import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Args, Ctx, Query, Resolver } from 'type-graphql';
import { runReport } from './run.ts';
import { ReportArgs } from './input.ts';
import { TicketReport } from './report.ts';

@Resolver()
export class ReportResolver {
  @Auth({ scopes: ['reports:read'], roles: [Role.LEAD, Role.ANALYST] })
  @Query(() => TicketReport, {
    description:
      'A report on tickets: measures over a period, split by dimensions. For leads and analysts. Apps with departments count their departments only. A report that takes longer than 10 seconds is refused with COST_EXCEEDED.',
  })
  ticketReport(
    @Args(() => ReportArgs) args: ReportArgs,
    @Ctx() ctx: Context,
  ): Promise<TicketReport> {
    return runReport(ctx, args);
  }
}
