import { registerRefusals } from '@deskgraph/common/graphql/shared-types';

registerRefusals(
  {
    STATUS_NOT_ALLOWED: {
      meaning: 'The current status does not allow this change.',
      message: 'This is not possible in the current status.',
    },
    VISIBILITY_TOO_WIDE: {
      meaning: 'The audience of the article would be wider than that of its knowledge base.',
      message: 'An article cannot have a wider audience than its knowledge base.',
    },
  },
  {
    pt: {
      STATUS_NOT_ALLOWED: 'Isto não é possível no estado atual.',
      VISIBILITY_TOO_WIDE:
        'Um artigo não pode ser para mais pessoas do que a sua base de conhecimento.',
    },
    sl: {
      STATUS_NOT_ALLOWED: 'V sedanjem stanju to ni mogoče.',
      VISIBILITY_TOO_WIDE: 'Članek ne more biti za več ljudi kot njegova zbirka znanja.',
    },
    'zh-Hans': {
      STATUS_NOT_ALLOWED: '在当前状态下无法执行。',
      VISIBILITY_TOO_WIDE: '文章的受众不能大于其知识库。',
    },
    'zh-Hant': {
      STATUS_NOT_ALLOWED: '在目前狀態下無法執行。',
      VISIBILITY_TOO_WIDE: '文章的受眾不能大於其知識庫。',
    },
  },
);
