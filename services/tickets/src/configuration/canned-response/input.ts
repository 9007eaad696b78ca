import { Payload } from '@deskgraph/common/graphql/shared-types';
import { bytes, line, loose, z } from '@deskgraph/common/graphql/input';
import { Json } from '@deskgraph/common/graphql/scalars';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { CannedResponse } from './canned-response.ts';
import { TEMPLATE_VARIABLES } from './values.ts';

const BODY_BYTES = 16 * 1024;
const LOCALES = 50;

/** A body for each language; the tags in their one way of writing. */
const bodies = z
  .record(z.string().max(35), bytes(BODY_BYTES))
  .refine((all) => Object.keys(all).length <= LOCALES, { params: { code: 'TOO_LONG' } })
  .transform((all, checked) =>
    Object.fromEntries(
      Object.entries(all).map(([tag, body]) => {
        const canonical = canonicalOf(tag);
        if (!canonical) checked.addIssue({ code: 'custom', path: [tag] });
        return [canonical ?? tag, body] as const;
      }),
    ),
  );

function canonicalOf(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

const shortcut = z
  .string()
  .trim()
  .toLowerCase()
  .normalize('NFC')
  .max(50)
  .regex(/^\/[\p{L}\p{N}_-]+$/u);
const bounds = loose({ title: line(100), shortcut, body: bytes(BODY_BYTES), bodies });

const BODY = `Markdown, a Liquid template, at most 16 KiB, with the variables ${TEMPLATE_VARIABLES}. Refused with TEMPLATE_INVALID, naming the line, when it can’t be filled.`;
const BODIES =
  'The same by language, an object of language tag and template, at most 50: `{"pt-BR": "Olá {{requester.name}}"}`.';
const SHORTCUT =
  'Typed to insert it: `/` and letters, digits, `_` or `-`, at most 50 characters; unique in the workspace.';
const DEPARTMENT =
  'For the people of this department; null is for all, which leads, administrators and apps may set.';
const VERSION = 'Refused with CONFLICT when this is not the current version.';

@InputType({ description: 'Input of cannedResponseCreate.' })
export class CannedResponseCreateInput {
  static readonly bounds = bounds;
  @Field(() => String, { description: 'What people find it by: one line of 1 to 100 characters.' })
  title!: string;
  @Field(() => String, { nullable: true, description: SHORTCUT }) shortcut?: string | null;
  @Field(() => String, { description: BODY }) body!: string;
  @Field(() => Json, { nullable: true, description: BODIES }) bodies?: Record<
    string,
    string
  > | null;
  @Field(() => ID, { nullable: true, description: DEPARTMENT }) departmentId?: string | null;
  @Field(() => String, {
    nullable: true,
    description:
      'With the same key the same input gives the first result within 24 hours, another input is refused; at most 255 characters.',
  })
  idempotencyKey?: string | null;
}

@InputType({ description: 'Input of cannedResponseUpdate. What is left out stays; null clears.' })
export class CannedResponseUpdateInput {
  static readonly bounds = bounds;
  @Field(() => ID, { description: 'Which stored answer.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description: 'One line of 1 to 100 characters; can’t be cleared.',
  })
  title?: string | null;
  @Field(() => String, { nullable: true, description: SHORTCUT }) shortcut?: string | null;
  @Field(() => String, { nullable: true, description: BODY }) body?: string | null;
  @Field(() => Json, { nullable: true, description: BODIES }) bodies?: Record<
    string,
    string
  > | null;
  @Field(() => ID, { nullable: true, description: DEPARTMENT }) departmentId?: string | null;
  @Field(() => Int, { nullable: true, description: VERSION }) expectedVersion?: number | null;
}

@InputType({ description: 'Input of cannedResponseDelete.' })
export class CannedResponseDeleteInput {
  @Field(() => ID, { description: 'Which stored answer.' }) id!: string;
  @Field(() => Int, { nullable: true, description: VERSION }) expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of cannedResponseCreate.' })
export class CannedResponseCreatePayload extends Payload {
  @Field(() => CannedResponse, {
    nullable: true,
    description: 'The stored answer as it now stands; null when refused.',
  })
  cannedResponse?: CannedResponse | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of cannedResponseUpdate.' })
export class CannedResponseUpdatePayload extends Payload {
  @Field(() => CannedResponse, {
    nullable: true,
    description: 'The stored answer as it now stands; null when refused.',
  })
  cannedResponse?: CannedResponse | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of cannedResponseDelete.' })
export class CannedResponseDeletePayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The id that is gone; null when refused.' })
  deletedId?: string | null;
}
