import { Entity, Enum, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { EntityEvents } from '@deskgraph/common/database/crud';
import { Role } from '@deskgraph/common/auth/access';
import { IdType, WorkspaceEntity, TextArrayType } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { Json, ScopeScalar } from '@deskgraph/common/graphql/scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';

@Entity()
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'Restricts a role to fewer scopes and fewer tickets.',
})
export class AccessRole extends WorkspaceEntity<'filter'> {
  @PrimaryKey({ type: new IdType('rol') })
  @Field(() => ID, { description: 'Prefix `rol_`.' })
  id!: string;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'The display name, at most 100 characters.' })
  name!: string;

  @Enum({ items: () => Role, type: 'string' })
  @Field(() => Role, {
    description: 'The role it restricts; all agents with the access role have this role.',
  })
  base!: Role;

  @Property({ type: TextArrayType })
  @Field(() => [ScopeScalar], { description: 'The scopes it grants, of those of agents.' })
  scopes!: string[];

  @Property({ type: 'json', nullable: true })
  @Field(() => Json, {
    nullable: true,
    description:
      'The visible tickets, as a TicketFilter in which `me` is the agent with the access role. Null shows all tickets.',
  })
  filter: object | null = null;

  @Field(() => Int, { description: 'Grows with each change.' })
  declare version: number;
}

export const accessRoleEvents: EntityEvents<AccessRole, 'access_role'> = {
  prefix: 'access_role',
  stateOf: ({ name, base, scopes, filter }) => ({
    name,
    base,
    scopes,
    filter,
  }),
};
