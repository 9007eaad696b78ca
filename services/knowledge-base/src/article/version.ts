import { ActorView } from '@deskgraph/common/graphql/shared-types';
import { connectionType } from '@deskgraph/common/database/pagination';
import { Field, Int, ObjectType } from 'type-graphql';
import { ArticleStatus } from './kind.ts';

@ObjectType({ simpleResolvers: true, description: 'What an article said at one time.' })
export class ArticleVersion {
  @Field(() => Int, { description: 'Its number, from 1.' }) number!: number;
  @Field(() => String, { description: 'The title.' }) title!: string;
  @Field(() => String, { description: 'The text, Markdown.' }) body!: string;
  @Field(() => ArticleStatus, { description: 'Where this version stands.' }) status!: ArticleStatus;
  @Field(() => ActorView, { nullable: true, description: 'Who wrote it.' }) author!: object | null;
  @Field(() => String, {
    nullable: true,
    description: 'What was changed, in the words of the author.',
  })
  comment!: string | null;
  @Field(() => Date, { description: 'When it was written.' }) createdAt!: Date;
}

export const ArticleVersionConnection = connectionType(
  ArticleVersion,
  'ArticleVersion',
  'article versions',
);
