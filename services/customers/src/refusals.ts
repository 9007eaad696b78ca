import { registerRefusals } from '@deskgraph/common/graphql/shared-types';

registerRefusals(
  {
    IDENTITY_TAKEN: {
      meaning: 'The identity belongs to another customer.',
      message: 'This belongs to another customer.',
    },
    GONE: {
      meaning: 'The customer was merged into another one.',
      message: 'This customer was merged into another one.',
    },
  },
  {
    pt: {
      IDENTITY_TAKEN: 'Isto pertence a outro cliente.',
      GONE: 'Este cliente foi juntado a outro.',
    },
    sl: { IDENTITY_TAKEN: 'To pripada drugi stranki.', GONE: 'Ta stranka je združena z drugo.' },
    'zh-Hans': { IDENTITY_TAKEN: '此项属于另一位客户。', GONE: '此客户已合并到另一位客户。' },
    'zh-Hant': { IDENTITY_TAKEN: '此項屬於另一位客戶。', GONE: '此客戶已合併到另一位客戶。' },
  },
);
