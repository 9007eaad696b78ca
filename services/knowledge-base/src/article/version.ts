import { ActorView } from '@deskgraph/common/graphql/shared-types';
import { connectionType } from '@deskgraph/common/database/pagination';
import { Field, Int, ObjectType } from 'type-graphql';
import { ArticleStatus } from './kind.ts';

@ObjectType({ simpleResolvers: true, description: 'A stored version of an article.' })
export class ArticleVersion {
  @Field(() => Int, { description: 'The version number, from 1.' }) number!: number;
  @Field(() => String, { description: 'The title.' }) title!: string;
  @Field(() => String, { description: 'The text as Markdown.' }) body!: string;
  @Field(() => ArticleStatus, { description: 'The status of this version.' })
  status!: ArticleStatus;
  @Field(() => ActorView, { nullable: true, description: 'The author.' }) author!: object | null;
  @Field(() => String, {
    nullable: true,
    description: 'The author’s comment on the change.',
  })
  comment!: string | null;
  @Field(() => Date, { description: 'The time of writing.' }) createdAt!: Date;
}

export const ArticleVersionConnection = connectionType(
  ArticleVersion,
  'ArticleVersion',
  'article versions',
);
