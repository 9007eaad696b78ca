import { Entity, Enum, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Role } from '@deskgraph/common/auth/access';
import { Id, Stored, Texts } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { Json, ScopeScalar } from '@deskgraph/common/graphql/scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';

@Entity()
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'Finer rights than a role: fewer scopes, and fewer tickets.',
})
export class AccessRole extends Stored<'filter'> {
  @PrimaryKey({ type: new Id('rol') })
  @Field(() => ID, { description: 'Prefix `rol_`.' })
  id!: string;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'The name to show, at most 100 characters.' })
  name!: string;

  @Enum({ items: () => Role, type: 'string' })
  @Field(() => Role, { description: 'The role that it refines; whoever has it has this role.' })
  base!: Role;

  @Property({ type: Texts })
  @Field(() => [ScopeScalar], { description: 'The scopes that it leaves of those of people.' })
  scopes!: string[];

  @Property({ type: 'json', nullable: true })
  @Field(() => Json, {
    nullable: true,
    description:
      'The tickets that it shows, as a TicketFilter; `me` is who has it. Null shows all.',
  })
  filter: object | null = null;

  @Field(() => Int, { description: 'Grows with each change.' })
  declare version: number;
}
