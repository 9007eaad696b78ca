import { Entity, Enum, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Auth, Role } from '@deskgraph/common/auth/access';
import { Id, Stored } from '@deskgraph/common/database/database';
import { ActorView, Node } from '@deskgraph/common/graphql/shared-types';
import { connectionOf } from '@deskgraph/common/database/pagination';
import { Locale } from '@deskgraph/common/graphql/scalars';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';

@Entity()
@ObjectType({
  implements: [Node, ActorView],
  simpleResolvers: true,
  description: 'A person of the staff.',
})
@Directive('@key(fields: "id")')
export class Agent extends Stored<'locale' | 'active' | 'accessRoleId'> {
  @PrimaryKey({ type: new Id('agt') })
  @Field(() => ID, { description: 'Prefix `agt_`.' })
  id!: string;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'The name to show, at most 100 characters.' })
  name!: string;

  @Property({ type: 'text' })
  @Auth({ roles: [Role.LIGHT] })
  @Field(() => String, { nullable: true, description: 'The mail address; for staff only.' })
  email!: string;

  @Enum({ items: () => Role, type: 'string' })
  @Auth({ roles: [Role.LIGHT] })
  @Field(() => Role, { nullable: true, description: 'The role; for staff only.' })
  role!: Role;

  @Property({ type: new Id('rol'), nullable: true }) accessRoleId: string | null = null;

  @Property({ type: 'text', nullable: true })
  @Field(() => Locale, { nullable: true, description: 'The language that the person reads.' })
  locale: string | null = null;

  @Property({ type: 'boolean' })
  @Field(() => Boolean, { description: 'False once deactivated; the name stays on past work.' })
  active = true;

  @Field(() => Int, { description: 'Grows with each change.' })
  declare version: number;
}

export const AgentConnection = connectionOf(Agent, 'Agent', 'agents');
