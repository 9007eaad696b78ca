import { Duration, Locale, TimeZone } from '@deskgraph/common/graphql/scalars';
import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType({
  simpleResolvers: true,
  description: 'The settings of the workspace; administrators change them.',
})
export class Settings {
  @Field(() => String, { description: 'The name of the workspace, at most 100 characters.' })
  name!: string;
  @Field(() => Boolean, {
    description: 'Whether tickets can be set ON_HOLD; off by default.',
  })
  onHoldEnabled!: boolean;
  @Field(() => Duration, {
    description:
      'The time a ticket stays SOLVED before the system closes it: PT1H to P365D, default P28D.',
  })
  closeAfter!: string;
  @Field(() => Int, {
    description:
      'The number of seconds in which an agent can undo sending a public message before anyone but the staff sees it: 0 to 60, default 0.',
  })
  undoSendSeconds!: number;
  @Field(() => TimeZone, {
    description:
      'The time zone in which the workspace’s days begin and end, for example in `{{ticket.createdAt}}` of canned responses; default `UTC`.',
  })
  timeZone!: string;
  @Field(() => [Locale], {
    description:
      'The languages of the workspace. The first is the default: canned responses use it for tickets whose requester has no language. Default `en`.',
  })
  locales!: string[];
  @Field(() => Int, { description: 'Grows with each change.' }) version!: number;
}
