import { Entity, Enum, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { EntityEvents } from '@deskgraph/common/database/crud';
import { IdType, WorkspaceEntity, TextArrayType } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { Directive, Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';

export enum FieldKind {
  TEXT = 'TEXT',
  LONG_TEXT = 'LONG_TEXT',
  NUMBER = 'NUMBER',
  CHECKBOX = 'CHECKBOX',
  DATE = 'DATE',
  CHOICE = 'CHOICE',
  CHOICES = 'CHOICES',
  PATTERN = 'PATTERN',
}
registerEnumType(FieldKind, {
  name: 'FieldKind',
  description: 'The type of the values of a custom field.',
  valuesConfig: {
    TEXT: { description: 'One line of at most 255 characters; a JSON string.' },
    LONG_TEXT: { description: 'Text of at most 4,000 characters; a JSON string.' },
    NUMBER: { description: 'A JSON number between -10^15 and 10^15.' },
    CHECKBOX: { description: 'Yes or no; a JSON boolean.' },
    DATE: { description: 'A calendar date, `2026-11-30`; a JSON string.' },
    CHOICE: { description: 'One of the options; a JSON string.' },
    CHOICES: {
      description:
        'Several of the options; a JSON array of strings, returned in the order of the options.',
    },
    PATTERN: {
      description:
        'One line of at most 255 characters that the pattern matches as a whole; a JSON string.',
    },
  },
});

@Entity({ tableName: 'ticket_field' })
@ObjectType({ implements: Node, simpleResolvers: true, description: 'A custom field of tickets.' })
@Directive('@key(fields: "id")')
export class TicketField extends WorkspaceEntity<'deletedAt'> {
  @PrimaryKey({ type: new IdType('fld') })
  @Field(() => ID, { description: 'Prefix `fld_`.' })
  id!: string;

  @Property({ type: 'text' })
  @Field(() => String, {
    description: 'The name that programs use, `order_number`; never changes.',
  })
  key!: string;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'The display name; at most 100 characters.' })
  label!: string;

  @Enum({ items: () => FieldKind, type: 'string' })
  @Field(() => FieldKind, { description: 'The type of its values; never changes.' })
  kind!: FieldKind;

  @Property({ type: TextArrayType })
  @Field(() => [String], {
    description: 'The options of CHOICE and CHOICES; at most 100.',
  })
  options!: string[];

  @Property({ type: 'text', nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The regular expression (RE2) that values of PATTERN match as a whole.',
  })
  pattern: string | null = null;

  @Property({ type: 'boolean' })
  @Field(() => Boolean, { description: 'Whether requesters see the field and its values.' })
  visibleToRequester!: boolean;

  @Property({ type: 'boolean' })
  @Field(() => Boolean, {
    description: 'Whether requesters fill the field when they create a ticket.',
  })
  editableByRequester!: boolean;

  /** A deleted field is kept for the values that tickets already have. */
  @Property({ type: 'datetime', length: 3, nullable: true }) deletedAt: Date | null = null;

  @Field(() => Int, { description: 'Grows with each change.' })
  declare version: number;
}

export const fieldEvents: EntityEvents<TicketField, 'field'> = {
  prefix: 'field',
  stateOf: ({ key, label, kind, options, pattern, visibleToRequester, editableByRequester }) => ({
    key,
    label,
    kind,
    options,
    pattern,
    visibleToRequester,
    editableByRequester,
  }),
};
