import { registerEnumType } from 'type-graphql';

export enum ArticleKind {
  FAQ = 'FAQ',
  HOW_TO = 'HOW_TO',
  VIDEO = 'VIDEO',
  REFERENCE = 'REFERENCE',
}
registerEnumType(ArticleKind, {
  name: 'ArticleKind',
  description: 'The kind of an article.',
  valuesConfig: {
    FAQ: { description: 'A question and its answer.' },
    HOW_TO: { description: 'Steps to follow.' },
    VIDEO: { description: 'A video with text.' },
    REFERENCE: { description: 'Reference information.' },
  },
});

export enum ArticleStatus {
  DRAFT = 'DRAFT',
  IN_REVIEW = 'IN_REVIEW',
  PUBLISHED = 'PUBLISHED',
  ARCHIVED = 'ARCHIVED',
}
registerEnumType(ArticleStatus, {
  name: 'ArticleStatus',
  description: 'The status of an article or of one version.',
  valuesConfig: {
    DRAFT: { description: 'Being written, or scheduled for publication.' },
    IN_REVIEW: { description: 'Waiting for review.' },
    PUBLISHED: { description: 'Visible to readers.' },
    ARCHIVED: { description: 'Hidden from readers. A version: replaced by a later one.' },
  },
});
