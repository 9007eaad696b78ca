import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { IdType, WorkspaceEntity } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { connectionType } from '@deskgraph/common/database/pagination';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Audience } from '../base/audience.ts';
import { ArticleKind, ArticleStatus } from './kind.ts';

/** What lists show of one text; its body is read when it is asked for. */
export interface Head {
  locale: string;
  title: string;
  summary: string;
}

/** What a new article does without: it has a value from the start, or is filled in when it is read. */
type Later =
  | 'newestNumber'
  | 'status'
  | 'publishAt'
  | 'publishedAt'
  | 'stale'
  | 'media'
  | 'keywords'
  | 'shownNumber'
  | 'originalLocale'
  | 'heads';

/**
 * An article and, of its versions, the one that the caller gets to read: the newest for staff, the public one for readers. What stands in
 * a version is filled in by find.ts and is not stored with the article.
 */
@Entity()
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    'An article of a knowledge base. Readers get its published version, staff the newest one.',
})
@Directive('@key(fields: "id")')
export class Article extends WorkspaceEntity<Later> {
  @PrimaryKey({ type: new IdType('art') })
  @Field(() => ID, { description: 'Prefix `art_`.' })
  id!: string;

  @Property({ type: new IdType('kba') }) knowledgeBaseId!: string;
  @Property({ type: new IdType('sec'), nullable: true }) sectionId: string | null = null;
  @Property({ type: 'integer' }) position!: number;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'The name in addresses, unique in its base.' })
  slug!: string;

  @Property({ type: 'text' })
  @Field(() => ArticleKind, { description: 'The kind of article.' })
  kind!: ArticleKind;

  @Property({ type: 'text' }) audience!: Audience;
  @Property({ type: new IdType('agt'), nullable: true }) ownerId: string | null = null;
  @Property({ type: 'date', nullable: true }) reviewOn: string | null = null;

  /** Numbers of versions: the newest, the one that is public, the one that takes its place at `publishAt`. */
  @Property({ type: 'integer' }) newestNumber = 1;
  @Property({ type: 'integer', nullable: true }) publicNumber: number | null = null;
  @Property({ type: 'integer', nullable: true }) nextNumber: number | null = null;
  @Property({ type: 'datetime', length: 3, nullable: true }) goesPublicAt: Date | null = null;
  @Property({ type: 'datetime', length: 3, nullable: true }) wentPublicAt: Date | null = null;
  @Property({ type: 'datetime', length: 3, nullable: true }) archivedAt: Date | null = null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  @Field(() => Date, {
    nullable: true,
    description: 'When it goes away from readers; null when it stays.',
  })
  expiresAt: Date | null = null;

  @Field(() => ArticleStatus, {
    description: 'Where the newest version stands; for readers always PUBLISHED.',
  })
  status!: ArticleStatus;

  @Field(() => Date, {
    nullable: true,
    description:
      'When a version of it goes public; null when none is waiting for that, and for readers.',
  })
  publishAt!: Date | null;

  @Field(() => Date, {
    nullable: true,
    description:
      'Since when it is public; a later version does not change this. Null while it is not public.',
  })
  publishedAt!: Date | null;

  @Field(() => Boolean, { description: 'Its review day is over.' })
  stale!: boolean;

  @Field(() => [String], { description: 'Addresses of films and files that belong to it.' })
  media!: string[];

  @Field(() => [String], {
    description: 'Words that it is found by, beside those of title and text.',
  })
  keywords!: string[];

  @Field(() => Int, { description: 'Grows by one with every change.' })
  declare version: number;

  @Field(() => Date, { description: 'When it was created.' })
  declare createdAt: Date;

  @Field(() => Date, { description: 'When it was changed last.' })
  declare updatedAt: Date;

  /** The version that is shown, the language that it was written in, and its texts. */
  shownNumber!: number;
  originalLocale!: string;
  heads!: Head[];
}

export const ArticleConnection = connectionType(Article, 'Article', 'articles');

@ObjectType({ simpleResolvers: true, description: 'Who may read an article.' })
export class ArticleVisibility {
  @Field(() => Audience, { description: 'Whom it is for.' }) audience!: Audience;
}

@ObjectType({ simpleResolvers: true, description: 'What the caller may do with an article.' })
export class ArticlePermissions {
  @Field(() => Boolean, { description: 'Write a new version.' }) update!: boolean;
  @Field(() => Boolean, { description: 'Make the newest version public.' }) publish!: boolean;
  @Field(() => Boolean, { description: 'Take it away from readers.' }) archive!: boolean;
}
