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
    VIDEO: { description: 'A film with text.' },
    REFERENCE: { description: 'Facts to look up.' },
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
  description: 'Where an article, or one version of it, stands.',
  valuesConfig: {
    DRAFT: { description: 'Is being written, or waits for the instant at which it goes public.' },
    IN_REVIEW: { description: 'Waits for review.' },
    PUBLISHED: { description: 'Is what readers read.' },
    ARCHIVED: { description: 'Is taken away; of a version: a later one took its place.' },
  },
});
