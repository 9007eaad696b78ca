import type { ArticleState } from '@deskgraph/common/contract/events';
import type { Article } from './article.ts';

/** The state of an article in its events: its place and audience, without its text. */
export function articleState(article: Article, title: string): ArticleState {
  const {
    slug,
    knowledgeBaseId,
    sectionId,
    kind,
    audience,
    ownerId,
    newestNumber,
    publicNumber,
    archivedAt,
  } = article;
  return {
    title,
    slug,
    knowledgeBaseId,
    sectionId,
    kind,
    audience,
    ownerId,
    newestNumber,
    publicNumber,
    archived: archivedAt !== null,
  };
}
