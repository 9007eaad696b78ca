import type { ArticleState } from '@deskgraph/common/contract/events';
import type { Article } from './article.ts';

/** What a fact about an article says of it: where it belongs and who may read it, never its text. */
export function stateOf(article: Article, title: string): ArticleState {
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
