import { Node } from '@deskgraph/common/graphql/shared-types';
import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** References to entities of the tickets service. The tickets service describes them. */
@ObjectType({ implements: Node, simpleResolvers: true })
@Directive('@key(fields: "id", resolvable: false)')
export class Agent {
  @Field(() => ID) id!: string;
}

@ObjectType({ implements: Node, simpleResolvers: true })
@Directive('@key(fields: "id", resolvable: false)')
export class Department {
  @Field(() => ID) id!: string;
}
