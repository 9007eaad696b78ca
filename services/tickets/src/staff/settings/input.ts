import { EXPECTED_VERSION } from '@deskgraph/common/graphql/crud-types';
import { optionalFields, singleLine, z } from '@deskgraph/common/graphql/input';
import { Duration, Locale, TimeZone } from '@deskgraph/common/graphql/scalars';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { Settings } from './settings.ts';

const locales = z
  .array(z.string())
  .min(1)
  .max(20)
  .transform((tags) => [...new Set(tags)]);

@InputType({ description: 'Input of settingsUpdate. Omitted fields stay unchanged.' })
export class SettingsUpdateInput {
  static readonly bounds = optionalFields({
    name: singleLine(100),
    undoSendSeconds: z.int().min(0).max(60),
    locales,
  });
  @Field(() => String, {
    nullable: true,
    description: 'The name of the workspace, at most 100 characters.',
  })
  name?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether tickets can be set ON_HOLD. Switching it off is refused with IN_USE while a ticket is ON_HOLD.',
  })
  onHoldEnabled?: boolean | null;
  @Field(() => Duration, {
    nullable: true,
    description:
      'The time a ticket stays SOLVED before the system closes it: PT1H to P365D. Also applies to tickets that are SOLVED now; those whose time would be over are closed one hour after the change.',
  })
  closeAfter?: string | null;
  @Field(() => Int, {
    nullable: true,
    description:
      'The number of seconds in which an agent can undo sending a public message before anyone but the staff sees it: 0 to 60. Applies to messages sent after the change.',
  })
  undoSendSeconds?: number | null;
  @Field(() => TimeZone, {
    nullable: true,
    description: 'The time zone in which the workspace’s days begin and end.',
  })
  timeZone?: string | null;
  @Field(() => [Locale], {
    nullable: true,
    description: 'The languages of the workspace, 1 to 20; the first is the default.',
  })
  locales?: string[] | null;
  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION })
  expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of settingsUpdate.' })
export class SettingsUpdatePayload extends Payload {
  @Field(() => Settings, {
    nullable: true,
    description: 'The settings after the change. Null when the mutation is refused.',
  })
  settings?: Settings | null;
}
