import { registerEnumType } from 'type-graphql';

export enum Audience {
  INTERNAL = 'INTERNAL',
  EXTERNAL = 'EXTERNAL',
}
registerEnumType(Audience, {
  name: 'Audience',
  description: 'The audience of a knowledge base or an article.',
  valuesConfig: {
    INTERNAL: { description: 'Staff only. It does not exist for other callers.' },
    EXTERNAL: { description: 'Customers and staff.' },
  },
});
