import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Args, Ctx, Query, Resolver } from 'type-graphql';
import { answer } from './run.ts';
import { ReportArgs } from './input.ts';
import { TicketReport } from './report.ts';

@Resolver()
export class ReportResolver {
  @Auth({ scopes: ['reports:read'], roles: [Role.LEAD, Role.ANALYST] })
  @Query(() => TicketReport, {
    description:
      'Any report over tickets: measures, split by dimensions, over a period. For leads and analysts; apps with departments count their departments only. A report may take 10 seconds.',
  })
  ticketReport(
    @Args(() => ReportArgs) args: ReportArgs,
    @Ctx() ctx: Context,
  ): Promise<TicketReport> {
    return answer(ctx, args);
  }
}
