import { Id, Stored } from '@deskgraph/common/database/database';
import { ActorView, Node } from '@deskgraph/common/graphql/shared-types';
import { connectionType } from '@deskgraph/common/database/pagination';
import { DateTime, Locale, TimeZone } from '@deskgraph/common/graphql/scalars';
import { Entity, Enum, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Directive, Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';

export enum CustomerKind {
  VISITOR = 'VISITOR',
  LEAD = 'LEAD',
  CUSTOMER = 'CUSTOMER',
}
registerEnumType(CustomerKind, {
  name: 'CustomerKind',
  description: 'How far a customer is known.',
  valuesConfig: {
    VISITOR: { description: 'A nameless visitor of a website.' },
    LEAD: { description: 'Known by one identity, for instance from a first ticket.' },
    CUSTOMER: { description: 'Known.' },
  },
});

@Entity()
@ObjectType({
  implements: [Node, ActorView],
  simpleResolvers: true,
  description: 'A person who asks. Staff see all of the workspace, a requester only himself.',
})
@Directive('@key(fields: "id")')
export class Customer extends Stored {
  @PrimaryKey({ type: new Id('cus') })
  @Field(() => ID, { description: 'Prefix `cus_`.' })
  id!: string;

  @Enum({ items: () => CustomerKind, type: 'string' })
  @Field(() => CustomerKind, { description: 'How far the person is known.' })
  kind!: CustomerKind;

  /** As it was given; null when the person is shown by an identity. */
  @Property({ type: 'text', nullable: true })
  fullName: string | null = null;

  @Property({ type: 'text' })
  @Field(() => String, {
    description: 'The name to show: the full name, else the mail address, else another identity.',
  })
  name!: string;

  /** What the list is ordered by. */
  @Property({ type: 'text' })
  sortName!: string;

  @Property({ type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The first choice among the mail addresses.',
  })
  email: string | null = null;

  @Property({ type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The first choice among the phone numbers, in international form (E.164).',
  })
  phone: string | null = null;

  @Property({ type: 'text', nullable: true }) city: string | null = null;
  @Property({ type: 'text', nullable: true }) region: string | null = null;
  @Property({ type: 'text', nullable: true }) country: string | null = null;
  @Property({ type: 'text', nullable: true }) address: string | null = null;

  @Property({ type: 'text', nullable: true })
  @Field(() => Locale, { nullable: true, description: 'The language that the person reads.' })
  locale: string | null = null;

  @Property({ type: 'text', nullable: true })
  @Field(() => TimeZone, { nullable: true, description: 'The time zone of the person.' })
  timeZone: string | null = null;

  @Property({ type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The service tier, `gold`; at most 50 characters.',
  })
  tier: string | null = null;

  @Property({ type: 'boolean' })
  @Field(() => Boolean, {
    description: 'The person sees the tickets of the organizations that he belongs to.',
  })
  seesOrganizationTickets = false;

  @Field(() => Int, { description: 'Grows with each change.' })
  declare version: number;

  @Field(() => DateTime, { description: 'When the customer was created.' })
  declare createdAt: Date;

  @Field(() => DateTime, { description: 'When the customer last changed.' })
  declare updatedAt: Date;
}

export const CustomerConnection = connectionType(Customer, 'Customer', 'customers');
