import { addRefusals } from '@deskgraph/common/graph';

addRefusals({
  IDENTITY_TAKEN: { meaning: 'The identity belongs to another customer.', message: 'This belongs to another customer.' },
  GONE: { meaning: 'The customer was folded into another one.', message: 'This customer was folded into another one.' },
});
