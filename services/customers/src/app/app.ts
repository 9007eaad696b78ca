import { ActorView, Node } from '@deskgraph/common/graphql/shared-types';
import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** A reference to an app of the tickets service, which describes it. */
@ObjectType({ implements: [Node, ActorView], simpleResolvers: true })
@Directive('@key(fields: "id", resolvable: false)')
export class App {
  @Field(() => ID) id!: string;
  @Directive('@shareable')
  @Field(() => String, { description: 'The display name, as stored with each event.' })
  name!: string;
}
