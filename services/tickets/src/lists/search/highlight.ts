import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Message } from '../../model/message/message.ts';

export enum HighlightPlace {
  SUBJECT = 'SUBJECT',
  REQUESTER = 'REQUESTER',
  MESSAGE = 'MESSAGE',
}
registerEnumType(HighlightPlace, {
  name: 'HighlightPlace',
  description: 'The part of a ticket that contains search words.',
  valuesConfig: {
    SUBJECT: { description: 'The subject.' },
    REQUESTER: { description: 'The name of the requester.' },
    MESSAGE: { description: 'A message that the caller may read.' },
  },
});

@ObjectType({
  simpleResolvers: true,
  description: 'A range of a text, in characters (Unicode code points) from its start.',
})
export class TextRange {
  @Field(() => Int, { description: 'The first character, from 0, inclusive.' }) start!: number;
  @Field(() => Int, { description: 'The end, exclusive.' }) end!: number;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A passage of a ticket that contains search words.',
})
export class Highlight {
  @Field(() => HighlightPlace, { description: 'The part of the ticket.' }) place!: HighlightPlace;
  @Field(() => Message, { nullable: true, description: 'The message, for MESSAGE.' })
  message!: Message | null;
  @Field(() => String, { description: 'Plain text of about 220 characters, not HTML.' })
  text!: string;
  @Field(() => [TextRange], { description: 'The ranges of the words in `text`, in order.' })
  ranges!: TextRange[];
}
