import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Role } from '@deskgraph/common/auth/access';
import type { EntityEvents } from '@deskgraph/common/database/crud';
import { IdType, WorkspaceEntity } from '@deskgraph/common/database/database';
import { Json } from '@deskgraph/common/graphql/scalars';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';

export enum FieldRequirement {
  NEVER = 'NEVER',
  CREATE = 'CREATE',
  SOLVE = 'SOLVE',
}
registerEnumType(FieldRequirement, {
  name: 'FieldRequirement',
  description: 'The time at which a field of a form must be filled.',
  valuesConfig: {
    NEVER: { description: 'Never; the field is optional.' },
    CREATE: {
      description:
        'When a ticket is created with the form, if the field is visible to and editable by the creator.',
    },
    SOLVE: {
      description:
        'Before a ticket is solved by hand, in any way. Not required when the ticket is solved together with its problem or merged into another ticket.',
    },
  },
});

@ObjectType({ simpleResolvers: true, description: 'A custom field in a form.' })
export class FormField {
  fieldId!: string;
  @Field(() => Json, {
    nullable: true,
    description:
      'The tickets for which the field is shown, as TicketFilter; evaluated against the ticket as it would be after the change. Null means all tickets.',
  })
  showWhen!: object | null;
  @Field(() => FieldRequirement, { description: 'The time at which it must be filled.' })
  required!: FieldRequirement;
  @Field(() => [Role], {
    description:
      'The roles that have the field in the form, including the roles above them; empty means all.',
  })
  roles!: Role[];
}

@Entity({ tableName: 'ticket_form' })
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A form for creating tickets: the custom fields that it contains.',
})
export class TicketForm extends WorkspaceEntity<'deletedAt'> {
  @PrimaryKey({ type: new IdType('frm') })
  @Field(() => ID, { description: 'Prefix `frm_`.' })
  id!: string;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'The display name, at most 100 characters.' })
  name!: string;

  @Property({ type: 'boolean' })
  @Field(() => Boolean, { description: 'Whether requesters can use it.' })
  public!: boolean;

  /** In display order; `fieldsVisibleTo` selects the fields of a caller. */
  @Property({ type: 'json' }) fields!: FormField[];

  /** A deleted form is kept for the tickets that were created with it. */
  @Property({ type: 'datetime', length: 3, nullable: true }) deletedAt: Date | null = null;

  @Field(() => Int, { description: 'Grows with each change.' })
  declare version: number;
}

export const formEvents: EntityEvents<TicketForm, 'form'> = {
  prefix: 'form',
  stateOf: ({ name, public: isPublic, fields }) => ({ name, public: isPublic, fields }),
};
