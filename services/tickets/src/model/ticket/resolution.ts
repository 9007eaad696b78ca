import type { Actor } from '@deskgraph/common/auth/access';
import { ResolutionCode } from '@deskgraph/common/contract/ticket-enums';
import { Refusal } from '@deskgraph/common/core/errors';
import { Field, ObjectType } from 'type-graphql';
import type { Changes } from '@deskgraph/common/contract/ticket-events';
import type { Ticket } from './ticket.ts';

@ObjectType({ simpleResolvers: true, description: 'The solution of a ticket.' })
export class Resolution {
  @Field(() => ResolutionCode, { description: 'The reason.' }) code!: ResolutionCode;
  @Field(() => String, {
    nullable: true,
    description: 'The solution in the words of the agent; at most 4,000 characters.',
  })
  text!: string | null;
  @Field(() => Boolean, {
    description: 'Whether reports count the ticket as handled by the agent.',
  })
  counted!: boolean;
}

const UNCOUNTED: ReadonlySet<ResolutionCode> = new Set([
  ResolutionCode.DUPLICATE,
  ResolutionCode.SPAM,
  ResolutionCode.INCIDENT,
]);

export const resolutionOf = ({
  resolutionCode: code,
  resolutionText: text,
}: Ticket): Resolution | null => code && { code, text, counted: !UNCOUNTED.has(code) };

/** The values that a move to SOLVED stores with the ticket. */
export interface Solution {
  by: string | null;
  code: ResolutionCode;
  text: string | null;
  /** Other fields that the solution changed, such as the assignee of an unassigned ticket. */
  changes?: Changes;
}

interface ResolutionInput {
  resolutionCode?: ResolutionCode | null | undefined;
  resolution?: string | null | undefined;
}

/**
 * Prepares the move of a ticket to SOLVED; an agent who solves an unassigned ticket becomes its
 * assignee. Without a resolution code the ticket needs an assignee (ASSIGNEE_REQUIRED at `field`)
 * and a reply of an agent (REQUIRED at `resolutionCode`).
 */
export function prepareSolution(
  actor: Actor,
  ticket: Ticket,
  { resolutionCode, resolution }: ResolutionInput,
  field = 'status',
): Solution {
  const changes: Changes = {};
  if (!ticket.assigneeId && actor.kind === 'agent') {
    changes['assigneeId'] = [null, actor.id];
    ticket.assigneeId = actor.id;
  }
  if (!ticket.assigneeId && !resolutionCode) throw new Refusal('ASSIGNEE_REQUIRED', field);
  if (!ticket.handled && !resolutionCode) throw new Refusal('REQUIRED', 'resolutionCode');
  return {
    by: actor.kind === 'agent' ? actor.id : ticket.assigneeId,
    code: resolutionCode ?? ResolutionCode.ANSWERED,
    text: resolution ?? null,
    changes,
  };
}
