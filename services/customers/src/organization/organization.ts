import { IdType, WorkspaceEntity } from '@deskgraph/common/database/database';
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
    'A company or household that customers belong to. Staff read all organizations of the workspace, a requester only their own.',
})
@Directive('@key(fields: "id")')
export class Organization extends WorkspaceEntity {
  @PrimaryKey({ type: new IdType('org') })
  @Field(() => ID, { description: 'Prefix `org_`.' })
  id!: string;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'The name, at most 200 characters.' })
  name!: string;

  /** The folded name that lists are ordered by. */
  @Property({ type: 'text' })
  sortName!: string;

  @Property({ type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The service tier, for example `gold`. At most 50 characters.',
  })
  tier: string | null = null;

  @Field(() => Int, { description: 'Increases with each change.' })
  declare version: number;

  @Field(() => DateTime, { description: 'The time of creation.' })
  declare createdAt: Date;
}

export const OrganizationConnection = connectionType(Organization, 'Organization', 'organizations');
