import {
  EXPECTED_VERSION,
  IDEMPOTENCY_KEY,
  afterChange,
  deleteInput,
  deletePayload,
} from '@deskgraph/common/graphql/crud-types';
import { maxUtf8Bytes, optionalFields, singleLine, z } from '@deskgraph/common/graphql/input';
import { Json } from '@deskgraph/common/graphql/scalars';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { CannedResponse } from './canned-response.ts';
import { TEMPLATE_VARIABLES } from './values.ts';

const MAX_TEMPLATE_BYTES = 16 * 1024;
const MAX_LOCALES = 50;

/** Templates by language tag; the tags become canonical (`zh-hant` becomes `zh-Hant`). */
const bodies = z
  .record(z.string().max(35), maxUtf8Bytes(MAX_TEMPLATE_BYTES))
  .refine((templates) => Object.keys(templates).length <= MAX_LOCALES, {
    params: { code: 'TOO_LONG' },
  })
  .transform((templates, context) =>
    Object.fromEntries(
      Object.entries(templates).map(([locale, body]) => {
        const canonical = canonicalLocale(locale);
        if (!canonical) context.addIssue({ code: 'custom', path: [locale] });
        return [canonical ?? locale, body] as const;
      }),
    ),
  );

function canonicalLocale(locale: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(locale)[0];
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
const bounds = optionalFields({
  title: singleLine(100),
  shortcut,
  body: maxUtf8Bytes(MAX_TEMPLATE_BYTES),
  bodies,
});

const BODY = `The text: Markdown, a Liquid template, at most 16 KiB, with the variables ${TEMPLATE_VARIABLES}. Refused with TEMPLATE_INVALID, naming the line, when it can’t be rendered.`;
const BODIES =
  'The texts for other languages, an object of templates by language tag, at most 50: `{"pt-BR": "Olá {{requester.name}}"}`.';
const SHORTCUT =
  'The text that inserts it when typed: `/`, then letters, digits, `_` or `-`, at most 50 characters; unique in the workspace.';
const DEPARTMENT =
  'The department whose agents have it; null means all, which only leads, administrators and apps may set.';

@InputType({ description: 'Input of cannedResponseCreate.' })
export class CannedResponseCreateInput {
  static readonly bounds = bounds;
  @Field(() => String, { description: 'The title: one line of 1 to 100 characters.' })
  title!: string;
  @Field(() => String, { nullable: true, description: SHORTCUT }) shortcut?: string | null;
  @Field(() => String, { description: BODY }) body!: string;
  @Field(() => Json, { nullable: true, description: BODIES })
  bodies?: Record<string, string> | null;
  @Field(() => ID, { nullable: true, description: DEPARTMENT }) departmentId?: string | null;
  @Field(() => String, { nullable: true, description: IDEMPOTENCY_KEY })
  idempotencyKey?: string | null;
}

@InputType({
  description:
    'Input of cannedResponseUpdate. Fields that are left out keep their value; null clears.',
})
export class CannedResponseUpdateInput {
  static readonly bounds = bounds;
  @Field(() => ID, { description: 'The canned response to update.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description: 'The title: one line of 1 to 100 characters; can’t be cleared.',
  })
  title?: string | null;
  @Field(() => String, { nullable: true, description: SHORTCUT }) shortcut?: string | null;
  @Field(() => String, { nullable: true, description: BODY }) body?: string | null;
  @Field(() => Json, { nullable: true, description: BODIES })
  bodies?: Record<string, string> | null;
  @Field(() => ID, { nullable: true, description: DEPARTMENT }) departmentId?: string | null;
  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  expectedVersion?: number | null;
}

@InputType({ description: 'Input of cannedResponseDelete.' })
export class CannedResponseDeleteInput extends deleteInput('canned response') {}

@ObjectType({ simpleResolvers: true, description: 'Result of cannedResponseCreate.' })
export class CannedResponseCreatePayload extends Payload {
  @Field(() => CannedResponse, { nullable: true, description: afterChange('canned response') })
  cannedResponse?: CannedResponse | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of cannedResponseUpdate.' })
export class CannedResponseUpdatePayload extends Payload {
  @Field(() => CannedResponse, { nullable: true, description: afterChange('canned response') })
  cannedResponse?: CannedResponse | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of cannedResponseDelete.' })
export class CannedResponseDeletePayload extends deletePayload('canned response') {}
