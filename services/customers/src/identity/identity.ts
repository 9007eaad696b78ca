import {
  MAX_IDENTITY_LENGTH,
  type Identity,
  IdentityKind,
  normalizeIdentity,
} from '@deskgraph/common/auth/contact-identity';
import { z } from '@deskgraph/common/graphql/input';
import { Field, InputType, ObjectType, registerEnumType } from 'type-graphql';

registerEnumType(IdentityKind, {
  name: 'IdentityKind',
  description: 'The kind of an identity.',
  valuesConfig: {
    EMAIL: { description: 'An e-mail address, stored in lower case.' },
    PHONE: { description: 'A phone number in E.164 format, for example `+38640123456`.' },
    HANDLE: {
      description: 'A name in a social network, for example `twitter:@ana`, stored in lower case.',
    },
    VISITOR: { description: 'The id that a website has assigned to a visitor.' },
    EXTERNAL: { description: 'The id of an account in another system.' },
  },
});

@ObjectType({
  simpleResolvers: true,
  description:
    'A value that identifies a customer. It belongs to one customer of the workspace only.',
})
export class CustomerIdentity {
  @Field(() => IdentityKind, { description: 'The kind.' }) kind!: IdentityKind;
  @Field(() => String, { description: 'The normalized value, at most 320 characters.' })
  value!: string;
  @Field(() => Boolean, {
    description: 'Whether the customer has proved it by a link, a code or a signature.',
  })
  verified!: boolean;
  @Field(() => Boolean, { description: 'Whether it is the primary identity of its kind.' })
  primary!: boolean;
}

@InputType({ description: 'A value that identifies a customer.' })
export class IdentityInput {
  @Field(() => IdentityKind, { description: 'The kind.' }) kind!: IdentityKind;
  @Field(() => String, {
    description:
      'The value, at most 320 characters: an e-mail address, a phone number with country code, a handle with its network (`twitter:@ana`), or an id without spaces.',
  })
  value!: string;
}

/** Validates and normalizes an `IdentityInput`. */
export const identityBounds = z
  .looseObject({
    kind: z.enum(IdentityKind),
    value: z.string().trim().min(1).max(MAX_IDENTITY_LENGTH),
  })
  .transform(({ kind, value }, problems): Identity => {
    const normal = normalizeIdentity(kind, value);
    if (normal === undefined)
      problems.addIssue({ code: 'custom', path: ['value'], message: `not a value of ${kind}` });
    return { kind, value: normal ?? value };
  });

export const MAX_IDENTITIES_PER_CUSTOMER = 50;

/** The bounds of a list of identities in an input. */
export const identitiesBounds = z.array(identityBounds).max(MAX_IDENTITIES_PER_CUSTOMER);

export const identityKey = ({ kind, value }: Identity): string => `${kind}:${value}`;

export const emailDomains = ({ kind, value }: Identity): string[] =>
  kind === IdentityKind.EMAIL ? [value.slice(value.lastIndexOf('@') + 1)] : [];
