import { ActorView, Node } from '@deskgraph/common/graphql/shared-types';
import { Directive, Field, ID, ObjectType } from 'type-graphql';

/**
 * Entities of other services, with the fields that this service needs. The owning services describe
 * them.
 */
@ObjectType({ implements: [Node, ActorView], simpleResolvers: true })
@Directive('@key(fields: "id")')
export class Customer {
  @Field(() => ID) id!: string;
  @Directive('@external') @Field(() => String) name!: string;
}

@ObjectType({ implements: Node, simpleResolvers: true })
@Directive('@key(fields: "id")')
export class Organization {
  @Field(() => ID) id!: string;
}

@ObjectType({ implements: Node, simpleResolvers: true })
@Directive('@key(fields: "id", resolvable: false)')
export class Article {
  @Field(() => ID) id!: string;
}

@ObjectType({ implements: Node, simpleResolvers: true })
@Directive('@key(fields: "id", resolvable: false)')
export class KnowledgeBase {
  @Field(() => ID) id!: string;
}

@ObjectType({ implements: Node, simpleResolvers: true })
@Directive('@key(fields: "id", resolvable: false)')
export class Section {
  @Field(() => ID) id!: string;
}

@ObjectType({
  implements: [Node, ActorView],
  simpleResolvers: true,
  description: 'A partner, bot or program that uses the API.',
})
@Directive('@key(fields: "id", resolvable: false)')
export class App {
  @Field(() => ID, { description: 'Prefix `app_`.' }) id!: string;
  @Directive('@shareable')
  @Field(() => String, { description: 'The display name, as stored with each event.' })
  name!: string;
}
