import { Entity, Enum, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Auth, Role } from '@deskgraph/common/auth/access';
import { IdType, WorkspaceEntity } from '@deskgraph/common/database/database';
import { ActorView, Node } from '@deskgraph/common/graphql/shared-types';
import { connectionType } from '@deskgraph/common/database/pagination';
import { Locale } from '@deskgraph/common/graphql/scalars';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';

@Entity()
@ObjectType({
  implements: [Node, ActorView],
  simpleResolvers: true,
  description: 'A member of the staff.',
})
@Directive('@key(fields: "id")')
export class Agent extends WorkspaceEntity<'locale' | 'active' | 'accessRoleId'> {
  @PrimaryKey({ type: new IdType('agt') })
  @Field(() => ID, { description: 'Prefix `agt_`.' })
  id!: string;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'The display name, at most 100 characters.' })
  name!: string;

  @Property({ type: 'text' })
  @Auth({ roles: [Role.LIGHT] })
  @Field(() => String, { nullable: true, description: 'The email address. For staff only.' })
  email!: string;

  @Enum({ items: () => Role, type: 'string' })
  @Auth({ roles: [Role.LIGHT] })
  @Field(() => Role, { nullable: true, description: 'The role. For staff only.' })
  role!: Role;

  @Property({ type: new IdType('rol'), nullable: true }) accessRoleId: string | null = null;

  @Property({ type: 'text', nullable: true })
  @Field(() => Locale, { nullable: true, description: 'The language the agent reads.' })
  locale: string | null = null;

  @Property({ type: 'boolean' })
  @Field(() => Boolean, {
    description: 'False after deactivation; the name stays on past work.',
  })
  active = true;

  @Field(() => Int, { description: 'Grows with each change.' })
  declare version: number;
}

export const AgentConnection = connectionType(Agent, 'Agent', 'agents');

/** The state of an agent that each of its events carries. */
export const agentState = (
  { name, email, role, accessRoleId, locale, active }: Agent,
  departmentIds: readonly string[],
) => ({
  name,
  email,
  role,
  accessRoleId,
  locale,
  active,
  departmentIds,
});
