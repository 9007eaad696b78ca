import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Role } from '@deskgraph/common/auth/access';
import { Id, Stored } from '@deskgraph/common/database/database';
import { Node } from '@deskgraph/common/graphql/shared-types';
import { Json } from '@deskgraph/common/graphql/scalars';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';

export enum FieldRequirement {
  NEVER = 'NEVER',
  CREATE = 'CREATE',
  SOLVE = 'SOLVE',
}
registerEnumType(FieldRequirement, {
  name: 'FieldRequirement',
  description: 'When a field of a form must be filled.',
  valuesConfig: {
    NEVER: { description: 'It can be left empty.' },
    CREATE: {
      description:
        'By who creates a ticket with the form, if the field is shown to him and he may fill it.',
    },
    SOLVE: {
      description:
        'Before somebody solves the ticket, in whatever way. Not asked where it is solved along with its problem or folded into another one.',
    },
  },
});

@ObjectType({ simpleResolvers: true, description: 'A custom field in a form.' })
export class FormField {
  fieldId!: string;
  @Field(() => Json, {
    nullable: true,
    description:
      'For which tickets it is shown, as TicketFilter, asked of the ticket as it would be; null means for all.',
  })
  showWhen!: object | null;
  @Field(() => FieldRequirement, { description: 'When it must be filled.' })
  required!: FieldRequirement;
  @Field(() => [Role], {
    description: 'Who has it in the form: these roles and those above them; empty means everybody.',
  })
  roles!: Role[];
}

@Entity({ tableName: 'ticket_form' })
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A form that tickets are made with: which custom fields are asked for.',
})
export class TicketForm extends Stored<'deletedAt'> {
  @PrimaryKey({ type: new Id('frm') })
  @Field(() => ID, { description: 'Prefix `frm_`.' })
  id!: string;

  @Property({ type: 'text' })
  @Field(() => String, { description: 'The name to show, at most 100 characters.' })
  name!: string;

  @Property({ type: 'boolean' })
  @Field(() => Boolean, { description: 'Whether it is offered to requesters.' })
  public!: boolean;

  /** In order; `fieldsFor` tells which of them a caller has. */
  @Property({ type: 'json' }) fields!: FormField[];

  /** Since when it is there only for the tickets that were made with it. */
  @Property({ type: 'datetime', length: 3, nullable: true }) deletedAt: Date | null = null;

  @Field(() => Int, { description: 'Grows with each change.' })
  declare version: number;
}
