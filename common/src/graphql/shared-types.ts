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
import { REFUSALS, type UserErrorData, messageOf } from '../core/errors.ts';
import type { Language } from '../core/language.ts';
import { WORDS } from '../core/translations.ts';
import type { Context } from '../database/context.ts';

/** What every subgraph says in the same words: interfaces, the system actor, user errors and roles. */
registerEnumType(Role, {
  name: 'Role',
  description:
    'The role of a person. ADMIN includes LEAD, LEAD includes AGENT, AGENT includes LIGHT; ADMIN also includes ANALYST.',
  valuesConfig: {
    REQUESTER: { description: 'A customer; sees own tickets only.' },
    LIGHT: { description: 'Staff who read and write private notes only.' },
    AGENT: { description: 'Staff who answer.' },
    LEAD: { description: 'Staff who lead departments.' },
    ADMIN: { description: 'Staff who configure the workspace.' },
    ANALYST: { description: 'Reads tickets and reports.' },
  },
});

interface Typed {
  __typename?: string;
}
const typeOf = (value: unknown): string =>
  (value as Typed).__typename ?? (value as object).constructor.name;

@InterfaceType({
  autoRegisterImplementations: false,
  resolveType: typeOf,
  description: 'A thing that the query `node` finds by its id.',
})
export abstract class Node {
  @Field(() => ID, { description: 'Opaque, stable, with a prefix that tells the type.' })
  id!: string;
}

@InterfaceType('Actor', {
  autoRegisterImplementations: false,
  resolveType: typeOf,
  description: 'Who did something: an agent, a customer, an app or the system.',
})
export abstract class ActorView {
  @Field(() => ID, { description: 'Id of the actor.' }) id!: string;
  @Field(() => String, { nullable: true, description: 'The name to show.' }) name?: string | null;
}

@ObjectType({
  implements: ActorView,
  simpleResolvers: true,
  description: 'The product itself: closing, rules and timers.',
})
@Directive('@shareable')
export class System {
  @Field(() => ID, { description: 'Always `sys`.' }) id!: string;
  @Field(() => String, { description: 'The name to show.' }) name!: string;
}

/** The refusal codes of this process's service as an enum; a service adds its own with `addRefusals` before its schema is built. */
export const UserErrorCode: Record<string, string> = Object.fromEntries(
  Object.keys(REFUSALS).map((code) => [code, code]),
);
const codeDescriptions: Record<string, { description: string }> = Object.fromEntries(
  Object.entries(REFUSALS).map(([code, { meaning }]) => [code, { description: meaning }]),
);
registerEnumType(UserErrorCode, {
  name: 'UserErrorCode',
  description:
    'Why a mutation was refused. Each service lists its own codes; the graph has them all.',
  valuesConfig: codeDescriptions,
});

/** `words`: what people read of them in other languages than English. */
export function registerRefusals<Code extends string>(
  codes: Record<Code, { meaning: string; message: string }>,
  words: Record<Language, Record<Code, string>>,
): void {
  for (const [code, texts] of Object.entries<{ meaning: string; message: string }>(codes)) {
    REFUSALS[code] = texts;
    UserErrorCode[code] = code;
    codeDescriptions[code] = { description: texts.meaning };
  }
  for (const [language, texts] of Object.entries(words)) Object.assign(WORDS[language]!, texts);
}

@ObjectType({
  simpleResolvers: true,
  description: 'A refusal of a mutation; any one means that nothing was changed.',
})
@Directive('@shareable')
export class UserError {
  @Field(() => UserErrorCode, { description: 'For programs.' }) code!: string;
  message?: string | undefined;
  @Field(() => [String], {
    nullable: true,
    description:
      'The path into the arguments, `["input", "subject"]`; null when it is about the whole.',
  })
  field!: string[] | null;
}

@Resolver(() => UserError)
export class UserErrorMessage {
  @FieldResolver(() => String, {
    description:
      'For people, in the first language of Accept-Language that the product knows, else in English.',
  })
  message(@Root() error: UserErrorData, @Ctx() { locales }: Context): string {
    return messageOf(error, locales);
  }
}

/** What every payload has. */
@ObjectType({ simpleResolvers: true })
export abstract class Payload {
  @Field(() => [UserError], { description: 'Refusals; empty on success.' })
  userErrors: UserError[] = [];
}
