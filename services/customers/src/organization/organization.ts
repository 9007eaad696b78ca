import { Id, Stored } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { connectionType } from '@deskgraph/common/database/pagination';
import { DateTime } from '@deskgraph/common/graphql/scalars';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';

@Entity()
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    'A company or household that customers belong to. Staff see all of the workspace, a requester those that he belongs to.',
})
@Directive('@key(fields: "id")')
export class Organization extends Stored {
  @PrimaryKey({ type: new Id('org') })
  @Field(() => ID, { description: 'Prefix `org_`.' })
  id!: string;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'The name, at most 200 characters.' })
  name!: string;

  /** What the list is ordered by. */
  @Property({ type: 'text' })
  sortName!: string;

  @Property({ type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The service tier, `gold`; at most 50 characters.',
  })
  tier: string | null = null;

  @Field(() => Int, { description: 'Grows with each change.' })
  declare version: number;

  @Field(() => DateTime, { description: 'When it was created.' })
  declare createdAt: Date;
}

export const OrganizationConnection = connectionType(Organization, 'Organization', 'organizations');
