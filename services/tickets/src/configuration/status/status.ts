import { Entity, Enum, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Id, Stored } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, ObjectType } from 'type-graphql';
import { TicketStatus } from '../../model/ticket/enums.ts';

@Entity()
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    'A status of the workspace’s own over one of the base statuses: all rules are those of the base, only the name is another.',
})
export class CustomStatus extends Stored<'deletedAt'> {
  @PrimaryKey({ type: new Id('sta') })
  @Field(() => ID, { description: 'Prefix `sta_`.' })
  id!: string;

  @Enum({ items: () => TicketStatus, type: 'string' })
  @Field(() => TicketStatus, { description: 'The status that it refines; never changes.' })
  base!: TicketStatus;

  /** As staff read it. */
  @Property({ type: 'text' }) label!: string;

  @Property({ type: 'text' })
  @Field(() => String, {
    description:
      'The name for requesters, at most 50 characters; never told where the base is ON_HOLD.',
  })
  requesterLabel!: string;

  /** Since when it is there only for the past. */
  @Property({ type: 'datetime', length: 3, nullable: true }) deletedAt: Date | null = null;
}
