import {
  IDENTITY_LENGTH,
  type Identity,
  IdentityKind,
  normalised,
} from '@deskgraph/common/auth/contact-identity';
import { z } from '@deskgraph/common/graphql/input';
import { Field, InputType, ObjectType, registerEnumType } from 'type-graphql';

registerEnumType(IdentityKind, {
  name: 'IdentityKind',
  description: 'What a person is recognised by.',
  valuesConfig: {
    EMAIL: { description: 'A mail address, kept in lower case.' },
    PHONE: { description: 'A phone number in international form (E.164), `+38640123456`.' },
    HANDLE: { description: 'The name in a social network, `twitter:@ana`, kept in lower case.' },
    VISITOR: { description: 'The id that a website gave the browser of a visitor.' },
    EXTERNAL: { description: 'The id of an account elsewhere.' },
  },
});

@ObjectType({
  simpleResolvers: true,
  description: 'A way to recognise a person; it belongs to one customer of the workspace only.',
})
export class CustomerIdentity {
  @Field(() => IdentityKind, { description: 'What it is.' }) kind!: IdentityKind;
  @Field(() => String, { description: 'The normalised value, at most 320 characters.' })
  value!: string;
  @Field(() => Boolean, { description: 'The person proved it by a link, a code or a signature.' })
  verified!: boolean;
  @Field(() => Boolean, { description: 'The first choice among those of its kind.' })
  primary!: boolean;
}

@InputType({ description: 'A way to recognise a person.' })
export class IdentityInput {
  @Field(() => IdentityKind, { description: 'What it is.' }) kind!: IdentityKind;
  @Field(() => String, {
    description:
      'The value, at most 320 characters: a mail address, a phone number with its country code, a handle with its network (`twitter:@ana`), or an id without spaces.',
  })
  value!: string;
}

/** Checks and normalises an `IdentityInput`. */
export const identityBounds = z
  .looseObject({ kind: z.enum(IdentityKind), value: z.string().trim().min(1).max(IDENTITY_LENGTH) })
  .transform(({ kind, value }, problems): Identity => {
    const normal = normalised(kind, value);
    if (normal === undefined)
      problems.addIssue({ code: 'custom', path: ['value'], message: `not a value of ${kind}` });
    return { kind, value: normal ?? value };
  });

export const IDENTITY_LIMIT = 50;

/** A list of identities as an input gives it. */
export const identitiesBounds = z.array(identityBounds).max(IDENTITY_LIMIT);

export const keyOf = ({ kind, value }: Identity): string => `${kind}:${value}`;

export const mailDomain = ({ kind, value }: Identity): string[] =>
  kind === IdentityKind.EMAIL ? [value.slice(value.lastIndexOf('@') + 1)] : [];
