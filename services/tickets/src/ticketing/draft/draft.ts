import { Entity, Enum, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { IdType, WorkspaceEntity } from '@deskgraph/common/database/database';
import { DateTime } from '@deskgraph/common/graphql/scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import { MessageVisibility } from '../../model/message/message.ts';

@Entity()
@ObjectType({ simpleResolvers: true, description: 'A text that an agent has not sent yet.' })
export class Draft extends WorkspaceEntity {
  @PrimaryKey({ type: new IdType('dra') })
  @Field(() => ID, { description: 'Prefix `dra_`.' })
  id!: string;

  @Property({ type: new IdType('tkt') }) ticketId!: string;
  @Property({ type: new IdType('agt') }) authorId!: string;

  @Enum({ items: () => MessageVisibility, type: 'string' })
  @Field(() => MessageVisibility, { description: 'Whether it will be a reply or a note.' })
  visibility!: MessageVisibility;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'Markdown.' })
  body!: string;

  @Property({ type: 'boolean' })
  @Field(() => Boolean, { description: 'Whether other agents can read it.' })
  shared!: boolean;

  @Property({ type: 'datetime', length: 3 })
  @Field(() => DateTime, { description: 'When it was last saved.' })
  override updatedAt: Date = new Date();
}
