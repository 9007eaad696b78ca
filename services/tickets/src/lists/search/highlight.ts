import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Message } from '../../model/message/message.ts';

export enum HighlightPlace {
  SUBJECT = 'SUBJECT',
  REQUESTER = 'REQUESTER',
  MESSAGE = 'MESSAGE',
}
registerEnumType(HighlightPlace, {
  name: 'HighlightPlace',
  description: 'Where in a ticket words that were searched for stand.',
  valuesConfig: {
    SUBJECT: { description: 'In the subject.' },
    REQUESTER: { description: 'In the name of the requester.' },
    MESSAGE: { description: 'In a message that the caller may read.' },
  },
});

@ObjectType({
  simpleResolvers: true,
  description: 'A part of a text, counted in characters (Unicode code points) from its beginning.',
})
export class TextRange {
  @Field(() => Int, { description: 'The first character, from 0.' }) start!: number;
  @Field(() => Int, { description: 'The one after the last character.' }) end!: number;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A piece of a ticket in which words that were searched for stand.',
})
export class Highlight {
  @Field(() => HighlightPlace, { description: 'Where it stands.' }) place!: HighlightPlace;
  @Field(() => Message, { nullable: true, description: 'Which message, for MESSAGE.' })
  message!: Message | null;
  @Field(() => String, { description: 'Plain text of about 220 characters; it is no HTML.' })
  text!: string;
  @Field(() => [TextRange], { description: 'Where the words stand in `text`, in order.' })
  ranges!: TextRange[];
}
