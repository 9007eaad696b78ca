import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { IdType, WorkspaceEntity } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { connectionType } from '@deskgraph/common/database/pagination';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Audience } from '../base/audience.ts';
import { ArticleKind, ArticleStatus } from './kind.ts';

/** The part of a text that lists load. The body is loaded on demand. */
export interface Head {
  locale: string;
  title: string;
  summary: string;
}

/** Optional when an article is created: these have defaults or are computed when it is read. */
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
    'An article of a knowledge base. Readers see its published version, staff the newest one.',
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
  @Field(() => String, { description: 'The name in URLs, unique in its knowledge base.' })
  slug!: string;

  @Property({ type: 'text' })
  @Field(() => ArticleKind, { description: 'The kind.' })
  kind!: ArticleKind;

  @Property({ type: 'text' }) audience!: Audience;
  @Property({ type: new IdType('agt'), nullable: true }) ownerId: string | null = null;
  @Property({ type: 'date', nullable: true }) reviewOn: string | null = null;

  /** Version numbers: the newest, the public one, and the one that becomes public at `goesPublicAt`. */
  @Property({ type: 'integer' }) newestNumber = 1;
  @Property({ type: 'integer', nullable: true }) publicNumber: number | null = null;
  @Property({ type: 'integer', nullable: true }) nextNumber: number | null = null;
  @Property({ type: 'datetime', length: 3, nullable: true }) goesPublicAt: Date | null = null;
  @Property({ type: 'datetime', length: 3, nullable: true }) wentPublicAt: Date | null = null;
  @Property({ type: 'datetime', length: 3, nullable: true }) archivedAt: Date | null = null;

  @Property({ type: 'datetime', length: 3, nullable: true })
  @Field(() => Date, {
    nullable: true,
    description: 'When it is hidden from readers. Null when it does not expire.',
  })
  expiresAt: Date | null = null;

  @Field(() => ArticleStatus, {
    description: 'The status of the newest version. Always PUBLISHED for readers.',
  })
  status!: ArticleStatus;

  @Field(() => Date, {
    nullable: true,
    description:
      'When the scheduled version becomes public. Null when none is scheduled, and for readers.',
  })
  publishAt!: Date | null;

  @Field(() => Date, {
    nullable: true,
    description:
      'When it was first published; later versions do not change it. Null while it is not public.',
  })
  publishedAt!: Date | null;

  @Field(() => Boolean, { description: 'Whether its review date has passed.' })
  stale!: boolean;

  @Field(() => [String], { description: 'URLs of videos and files that belong to it.' })
  media!: string[];

  @Field(() => [String], {
    description: 'Additional search words, besides those of title and text.',
  })
  keywords!: string[];

  @Field(() => Int, { description: 'Increases with each change.' })
  declare version: number;

  @Field(() => Date, { description: 'The time of creation.' })
  declare createdAt: Date;

  @Field(() => Date, { description: 'The time of the last change.' })
  declare updatedAt: Date;

  /** The version that the caller reads, its original language and its texts. */
  shownNumber!: number;
  originalLocale!: string;
  heads!: Head[];
}

export const ArticleConnection = connectionType(Article, 'Article', 'articles');

@ObjectType({ simpleResolvers: true, description: 'The readers of an article.' })
export class ArticleVisibility {
  @Field(() => Audience, { description: 'The audience.' }) audience!: Audience;
}

@ObjectType({ simpleResolvers: true, description: 'The permissions of the caller on an article.' })
export class ArticlePermissions {
  @Field(() => Boolean, { description: 'Whether the caller may write a new version.' })
  update!: boolean;
  @Field(() => Boolean, { description: 'Whether the caller may publish the newest version.' })
  publish!: boolean;
  @Field(() => Boolean, { description: 'Whether the caller may archive it.' }) archive!: boolean;
}
