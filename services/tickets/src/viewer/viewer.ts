import { Role } from '@deskgraph/common/auth/access';
import { ActorView } from '@deskgraph/common/graphql/shared-types';
import { ScopeScalar } from '@deskgraph/common/graphql/scalars';
import { Field, ObjectType } from 'type-graphql';

@ObjectType({ simpleResolvers: true, description: 'The caller.' })
export class Viewer {
  @Field(() => ActorView, { nullable: true, description: 'The user, app or system that calls.' })
  actor!: object | null;
  @Field(() => Role, { nullable: true, description: 'The role; null for apps.' })
  role!: Role | null;
  @Field(() => [ScopeScalar], { description: 'The scopes of the token.' })
  scopes!: readonly string[];
  @Field(() => String, { description: 'The name of the workspace.' }) workspace!: string;
}
