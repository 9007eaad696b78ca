import { ActorView, Node } from '@deskgraph/common/graphql/shared-types';
import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** Owned elsewhere; its description stands with its owner. */
@ObjectType({ implements: [Node, ActorView], simpleResolvers: true })
@Directive('@key(fields: "id", resolvable: false)')
export class App {
  @Field(() => ID) id!: string;
  @Directive('@shareable')
  @Field(() => String, { description: 'The name to show; kept with each fact.' })
  name!: string;
}
