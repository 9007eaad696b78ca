import { IdType, WorkspaceEntity } from '@deskgraph/common/database/database';
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
  description: 'How well a customer is known.',
  valuesConfig: {
    VISITOR: { description: 'An anonymous visitor of a website.' },
    LEAD: { description: 'Known by one identity, for example from their first ticket.' },
    CUSTOMER: { description: 'A known customer.' },
  },
});

@Entity()
@ObjectType({
  implements: [Node, ActorView],
  simpleResolvers: true,
  description:
    'A person who contacts support. Staff read all customers of the workspace, a requester only their own record.',
})
@Directive('@key(fields: "id")')
export class Customer extends WorkspaceEntity {
  @PrimaryKey({ type: new IdType('cus') })
  @Field(() => ID, { description: 'Prefix `cus_`.' })
  id!: string;

  @Enum({ items: () => CustomerKind, type: 'string' })
  @Field(() => CustomerKind, { description: 'How well the customer is known.' })
  kind!: CustomerKind;

  /** The name from input. Null when an identity is displayed instead. */
  @Property({ type: 'text', nullable: true })
  fullName: string | null = null;

  @Property({ type: 'text' })
  @Field(() => String, {
    description: 'The display name: the full name, else the e-mail address, else another identity.',
  })
  name!: string;

  /** The folded name that lists are ordered by. */
  @Property({ type: 'text' })
  sortName!: string;

  @Property({ type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The primary e-mail address.',
  })
  email: string | null = null;

  @Property({ type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The primary phone number, in E.164 format.',
  })
  phone: string | null = null;

  @Property({ type: 'text', nullable: true }) city: string | null = null;
  @Property({ type: 'text', nullable: true }) region: string | null = null;
  @Property({ type: 'text', nullable: true }) country: string | null = null;
  @Property({ type: 'text', nullable: true }) address: string | null = null;

  @Property({ type: 'text', nullable: true })
  @Field(() => Locale, { nullable: true, description: 'The language of the customer.' })
  locale: string | null = null;

  @Property({ type: 'text', nullable: true })
  @Field(() => TimeZone, { nullable: true, description: 'The time zone of the customer.' })
  timeZone: string | null = null;

  @Property({ type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The service tier, for example `gold`. At most 50 characters.',
  })
  tier: string | null = null;

  @Property({ type: 'boolean' })
  @Field(() => Boolean, {
    description: 'Whether the customer may read the tickets of their organizations.',
  })
  seesOrganizationTickets = false;

  @Field(() => Int, { description: 'Increases with each change.' })
  declare version: number;

  @Field(() => DateTime, { description: 'The time of creation.' })
  declare createdAt: Date;

  @Field(() => DateTime, { description: 'The time of the last change.' })
  declare updatedAt: Date;
}

export const CustomerConnection = connectionType(Customer, 'Customer', 'customers');
