import 'reflect-metadata';
import {
  Ctx,
  Directive,
  Field,
  FieldResolver,
  ID,
  InterfaceType,
  ObjectType,
  Resolver,
  Root,
  registerEnumType,
} from 'type-graphql';
import { Role } from '../auth/access.ts';
import { REFUSAL_CODES, type UserErrorData, refusalMessage } from '../core/errors.ts';
import type { Language } from '../core/language.ts';
import { REFUSAL_TRANSLATIONS } from '../core/translations.ts';
import type { Context } from '../database/context.ts';

registerEnumType(Role, {
  name: 'Role',
  description:
    'The role of a user. ADMIN includes LEAD, LEAD includes AGENT, AGENT includes LIGHT; ADMIN also includes ANALYST.',
  valuesConfig: {
    REQUESTER: { description: 'A customer, who sees only their own tickets.' },
    LIGHT: { description: 'Staff who read, and write private notes only.' },
    AGENT: { description: 'Staff who answer tickets.' },
    LEAD: { description: 'Staff who lead departments.' },
    ADMIN: { description: 'Staff who configure the workspace.' },
    ANALYST: { description: 'Reads tickets and reports.' },
  },
});

interface Typed {
  __typename?: string;
}
const typeNameOf = (value: unknown): string =>
  (value as Typed).__typename ?? (value as object).constructor.name;

@InterfaceType({
  autoRegisterImplementations: false,
  resolveType: typeNameOf,
  description: 'An entity that the query `node` finds by its id.',
})
export abstract class Node {
  @Field(() => ID, { description: 'Opaque and stable; its prefix names the type.' })
  id!: string;
}

@InterfaceType('Actor', {
  autoRegisterImplementations: false,
  resolveType: typeNameOf,
  description: 'The originator of a change: an agent, a customer, an app or the system.',
})
export abstract class ActorView {
  @Field(() => ID, { description: 'The id of the actor.' }) id!: string;
  @Field(() => String, { nullable: true, description: 'The display name.' }) name?: string | null;
}

@ObjectType({
  implements: ActorView,
  simpleResolvers: true,
  description: 'The product itself, as the actor of automatic closing, rules and timers.',
})
@Directive('@shareable')
export class System {
  @Field(() => ID, { description: 'Always `sys`.' }) id!: string;
  @Field(() => String, { description: 'The display name.' }) name!: string;
}

/** The refusal codes of this service; `registerRefusals` adds to them before the schema is built. */
export const UserErrorCode: Record<string, string> = Object.fromEntries(
  Object.keys(REFUSAL_CODES).map((code) => [code, code]),
);
const codeDescriptions: Record<string, { description: string }> = Object.fromEntries(
  Object.entries(REFUSAL_CODES).map(([code, { meaning }]) => [code, { description: meaning }]),
);
registerEnumType(UserErrorCode, {
  name: 'UserErrorCode',
  description:
    'The reason why a mutation was refused. Each service lists its own codes; the graph has them all.',
  valuesConfig: codeDescriptions,
});

/** Adds refusal codes with their English messages and the translations of these. */
export function registerRefusals<Code extends string>(
  codes: Record<Code, { meaning: string; message: string }>,
  translations: Record<Language, Record<Code, string>>,
): void {
  for (const [code, texts] of Object.entries<{ meaning: string; message: string }>(codes)) {
    REFUSAL_CODES[code] = texts;
    UserErrorCode[code] = code;
    codeDescriptions[code] = { description: texts.meaning };
  }
  for (const [language, texts] of Object.entries(translations))
    Object.assign(REFUSAL_TRANSLATIONS[language]!, texts);
}

@ObjectType({
  simpleResolvers: true,
  description: 'A refusal of a mutation. If there is one, nothing was changed.',
})
@Directive('@shareable')
export class UserError {
  @Field(() => UserErrorCode, { description: 'The reason, for programs.' }) code!: string;
  message?: string | undefined;
  @Field(() => [String], {
    nullable: true,
    description:
      'The path into the arguments, `["input", "subject"]`. Null when the refusal concerns the whole input.',
  })
  field!: string[] | null;
}

@Resolver(() => UserError)
export class UserErrorMessage {
  @FieldResolver(() => String, {
    description:
      'The text for users, in the first supported language of Accept-Language, else in English.',
  })
  message(@Root() error: UserErrorData, @Ctx() { locales }: Context): string {
    return refusalMessage(error, locales);
  }
}

/** Base class of all payloads. */
@ObjectType({ simpleResolvers: true })
export abstract class Payload {
  @Field(() => [UserError], { description: 'The refusals. Empty on success.' })
  userErrors: UserError[] = [];
}
