import { Duration, Locale, TimeZone } from '@deskgraph/common/graphql/scalars';
import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType({
  simpleResolvers: true,
  description: 'What an administrator has set for the workspace.',
})
export class Settings {
  @Field(() => String, { description: 'The name of the workspace, at most 100 characters.' })
  name!: string;
  @Field(() => Boolean, { description: 'Whether tickets may be put ON_HOLD; off by default.' })
  onHoldEnabled!: boolean;
  @Field(() => Duration, {
    description:
      'How long a ticket stays SOLVED before the system closes it: PT1H to P365D, default P28D.',
  })
  closeAfter!: string;
  @Field(() => Int, {
    description:
      'How many seconds a public reply that an agent writes by hand can be taken back before anybody but the staff sees it: 0 to 60, default 0.',
  })
  undoSendSeconds!: number;
  @Field(() => TimeZone, {
    description:
      'Where days begin and end for the desk, as in `{{ticket.createdAt}}` of stored answers; default `UTC`.',
  })
  timeZone!: string;
  @Field(() => [Locale], {
    description:
      'The languages of the desk. The first is the default: stored answers are in it for tickets whose requester has no language. Default `en`.',
  })
  locales!: string[];
  @Field(() => Int, { description: 'Grows with each change.' }) version!: number;
}
