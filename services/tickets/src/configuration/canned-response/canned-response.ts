import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { EntityEvents } from '@deskgraph/common/database/crud';
import { IdType, WorkspaceEntity } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, Int, ObjectType } from 'type-graphql';

@Entity({ tableName: 'canned_response' })
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A prepared reply, to be personalised and sent.',
})
export class CannedResponse extends WorkspaceEntity<'shortcut' | 'departmentId'> {
  @PrimaryKey({ type: new IdType('can') })
  @Field(() => ID, { description: 'Prefix `can_`.' })
  id!: string;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'The title, at most 100 characters.' })
  title!: string;

  @Property({ type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The text that inserts it when typed, `/refund`; unique in the workspace.',
  })
  shortcut: string | null = null;

  /** The default template; see `templateForLocale`. */
  @Property({ type: 'text', fieldName: 'body' }) text!: string;
  /** The templates for other languages, by language tag. */
  @Property({ type: 'json' }) bodies!: Record<string, string>;
  @Property({ type: new IdType('dep'), nullable: true }) departmentId: string | null = null;

  @Field(() => Int, { description: 'Grows with each change.' })
  declare version: number;
}

export const cannedResponseEvents: EntityEvents<CannedResponse, 'canned_response'> = {
  prefix: 'canned_response',
  stateOf: ({ title, shortcut, text, bodies, departmentId }) => ({
    title,
    shortcut,
    body: text,
    bodies,
    departmentId,
  }),
};

/**
 * The template for a locale; falls back to the parents of the locale, then to the default one.
 *
 * @example
 * templateForLocale({ text: 'Hello', bodies: { pt: 'Olá' } }, 'pt-BR'); // 'Olá'
 */
export function templateForLocale(
  { text, bodies }: Pick<CannedResponse, 'text' | 'bodies'>,
  locale: string | null | undefined,
): string {
  for (let tag = locale ?? ''; tag; tag = tag.slice(0, Math.max(0, tag.lastIndexOf('-'))))
    if (Object.hasOwn(bodies, tag)) return bodies[tag]!;
  return text;
}
