import { Entity, Enum, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { EntityEvents } from '@deskgraph/common/database/crud';
import { IdType, WorkspaceEntity } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, ObjectType } from 'type-graphql';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';

@Entity()
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    'A custom status of the workspace that refines one of the base statuses. It follows all rules of its base and has names of its own.',
})
export class CustomStatus extends WorkspaceEntity<'deletedAt'> {
  @PrimaryKey({ type: new IdType('sta') })
  @Field(() => ID, { description: 'Prefix `sta_`.' })
  id!: string;

  @Enum({ items: () => TicketStatus, type: 'string' })
  @Field(() => TicketStatus, { description: 'The status that it refines; never changes.' })
  base!: TicketStatus;

  /** The name for staff. */
  @Property({ type: 'text' }) label!: string;

  @Property({ type: 'text' })
  @Field(() => String, {
    description:
      'The name for requesters, at most 50 characters; never shown to them where the base is ON_HOLD.',
  })
  requesterLabel!: string;

  /** A deleted custom status is kept for the events of the past. */
  @Property({ type: 'datetime', length: 3, nullable: true }) deletedAt: Date | null = null;
}

export const customStatusEvents: EntityEvents<CustomStatus, 'custom_status'> = {
  prefix: 'custom_status',
  stateOf: ({ base, label, requesterLabel }) => ({ base, label, requesterLabel }),
};
