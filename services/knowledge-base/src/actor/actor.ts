import type { EventActor } from '@deskgraph/common/events/types';
import { ActorView, Node, System } from '@deskgraph/common/graphql/shared-types';
import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** A reference to an agent, the author of an article. The tickets service describes it. */
@ObjectType({ implements: [Node, ActorView], simpleResolvers: true })
@Directive('@key(fields: "id", resolvable: false)')
export class Agent {
  @Field(() => ID) id!: string;
  @Directive('@external') @Field(() => String) name!: string;
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

/** The author stored with an event, as a GraphQL entity. Null for kinds of actors that write no articles. */
export function eventAuthor({ kind, id, name }: EventActor): object | null {
  const Kind = { agent: Agent, app: App, system: System, customer: null }[kind];
  return Kind && Object.assign(new Kind(), { id, name });
}
