import { Field, ObjectType } from 'type-graphql';
import type { Ticket } from './ticket.ts';
import { ResolutionCode } from '@deskgraph/common/contract/ticket-enums';

@ObjectType({ simpleResolvers: true, description: 'How a ticket was solved.' })
export class Resolution {
  @Field(() => ResolutionCode, { description: 'The reason.' }) code!: ResolutionCode;
  @Field(() => String, {
    nullable: true,
    description: 'What was done, in the words of the solver; at most 4,000 characters.',
  })
  text!: string | null;
  @Field(() => Boolean, { description: 'Whether it counts as handled by the agent in reports.' })
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
