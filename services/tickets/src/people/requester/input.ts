import { singleLine, optionalFields, z } from '@deskgraph/common/graphql/input';
import { Field, ID, InputType } from 'type-graphql';

@InputType({
  description:
    'The requester: exactly one of customerId, externalId, email, phone, handle and visitorId. An unknown contact becomes a customer; a customerId must be known.',
})
export class RequesterInput {
  static readonly bounds = optionalFields({
    name: singleLine(200),
    email: z.string().max(254),
    phone: z.string().max(40),
    handle: z.string().max(130),
    visitorId: singleLine(255),
    externalId: singleLine(255),
  });
  @Field(() => ID, { nullable: true, description: 'The id of a known customer.' }) customerId?:
    | string
    | null;
  @Field(() => String, {
    nullable: true,
    description: 'The id of the customer in a partner’s system; at most 255 characters.',
  })
  externalId?: string | null;
  @Field(() => String, { nullable: true, description: 'A mail address.' }) email?: string | null;
  @Field(() => String, { nullable: true, description: 'A phone number with country code (E.164).' })
  phone?: string | null;
  @Field(() => String, { nullable: true, description: 'A social handle, such as `twitter:@ana`.' })
  handle?: string | null;
  @Field(() => String, { nullable: true, description: 'The id of an anonymous visitor.' })
  visitorId?: string | null;
  @Field(() => String, { nullable: true, description: 'The name, at most 200 characters.' })
  name?: string | null;
}
