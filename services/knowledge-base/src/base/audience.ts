import { registerEnumType } from 'type-graphql';

export enum Audience {
  INTERNAL = 'INTERNAL',
  EXTERNAL = 'EXTERNAL',
}
registerEnumType(Audience, {
  name: 'Audience',
  description: 'Whom a knowledge base or an article is for.',
  valuesConfig: {
    INTERNAL: { description: 'Staff only; nobody else learns of it in any way.' },
    EXTERNAL: { description: 'Customers and staff.' },
  },
});
