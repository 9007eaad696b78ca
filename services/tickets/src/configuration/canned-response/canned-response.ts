import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Id, Stored } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, Int, ObjectType } from 'type-graphql';

@Entity({ tableName: 'canned_response' })
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A stored answer, to be personalised and sent.',
})
export class CannedResponse extends Stored<'shortcut' | 'departmentId'> {
  @PrimaryKey({ type: new Id('can') })
  @Field(() => ID, { description: 'Prefix `can_`.' })
  id!: string;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'What people find it by; at most 100 characters.' })
  title!: string;

  @Property({ type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'Typed to insert it, `/refund`; unique in the workspace.',
  })
  shortcut: string | null = null;

  /** The text as a template; `body` chooses among it and those by language. */
  @Property({ type: 'text', fieldName: 'body' }) text!: string;
  /** By language tag. */
  @Property({ type: 'json' }) bodies!: Record<string, string>;
  @Property({ type: new Id('dep'), nullable: true }) departmentId: string | null = null;

  @Field(() => Int, { description: 'Grows with each change.' })
  declare version: number;
}

/** The template for a language: the same, else the same language elsewhere, else the one for all. */
export function templateForLocale(
  { text, bodies }: Pick<CannedResponse, 'text' | 'bodies'>,
  locale: string | null | undefined,
): string {
  for (let tag = locale ?? ''; tag; tag = tag.slice(0, Math.max(0, tag.lastIndexOf('-'))))
    if (Object.hasOwn(bodies, tag)) return bodies[tag]!;
  return text;
}
