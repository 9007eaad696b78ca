import { Node } from '@deskgraph/common/graphql/shared-types';
import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** Things that tickets owns, as far as reports show them. Their descriptions stand with their owner. */
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
