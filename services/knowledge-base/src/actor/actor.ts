import type { EventActor } from '@deskgraph/common/events/types';
import { ActorView, Node, System } from '@deskgraph/common/graphql/shared-types';
import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** Who writes articles, as far as this service shows them; described where they are owned. */
@ObjectType({ implements: [Node, ActorView], simpleResolvers: true })
@Directive('@key(fields: "id", resolvable: false)')
export class Agent {
  @Field(() => ID) id!: string;
  @Directive('@external') @Field(() => String) name!: string;
}

@ObjectType({
  implements: [Node, ActorView],
  simpleResolvers: true,
  description: 'A partner, bot or machine that uses the API.',
})
@Directive('@key(fields: "id", resolvable: false)')
export class App {
  @Field(() => ID, { description: 'Prefix `app_`.' }) id!: string;
  @Directive('@shareable')
  @Field(() => String, { description: 'The name to show; kept with each fact.' })
  name!: string;
}

/** The actor that was kept with a fact, as a thing of the graph; null for kinds that write nothing here. */
export function actorOf({ kind, id, name }: EventActor): object | null {
  const Kind = { agent: Agent, app: App, system: System, customer: null }[kind];
  return Kind && Object.assign(new Kind(), { id, name });
}
