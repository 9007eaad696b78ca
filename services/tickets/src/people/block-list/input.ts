import { Payload } from '@deskgraph/common/graphql/shared-types';
import { singleLine, optionalFields } from '@deskgraph/common/graphql/input';
import { Field, InputType, ObjectType } from 'type-graphql';

@InputType({ description: 'Input of senderBlock.' })
export class SenderBlockInput {
  static readonly bounds = optionalFields({ address: singleLine(255) });
  @Field(() => String, {
    description: 'A mail address, or `@domain` for all addresses of exactly that domain.',
  })
  address!: string;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description: 'Whether to block the address. False removes it from the list. Default true.',
  })
  block?: boolean | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of senderBlock.' })
export class SenderBlockPayload extends Payload {
  @Field(() => String, {
    nullable: true,
    description: 'The address as stored, in lower case. Null when refused.',
  })
  address?: string | null;
}
