import { Payload } from '@deskgraph/common/graphql/shared-types';
import { optionalFields, z } from '@deskgraph/common/graphql/input';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { NotificationPreference } from './preference.ts';
import { NotificationReason } from './reason.ts';

@InputType({ description: 'Input of notificationsRead.' })
export class NotificationsReadInput {
  static readonly bounds = optionalFields({ ids: z.array(z.string()).max(100) });
  @Field(() => [ID], { nullable: true, description: 'These, at most 100; all when left out.' })
  ids?: string[] | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of notificationsRead.' })
export class NotificationsReadPayload extends Payload {
  @Field(() => Int, { nullable: true, description: 'How many are unread now; null when refused.' })
  unread?: number | null;
}

@InputType({ description: 'How somebody wants to be told for one reason.' })
export class NotificationPreferenceInput {
  @Field(() => NotificationReason, {
    description: 'For this reason; one for which the caller can be told.',
  })
  reason!: NotificationReason;
  @Field(() => Boolean, { description: 'In the app.' }) inApp!: boolean;
  @Field(() => Boolean, { description: 'By mail; kept, nothing is mailed so far.' })
  email!: boolean;
  @Field(() => Boolean, { description: 'By push; kept, nothing is pushed so far.' }) push!: boolean;
}

@InputType({ description: 'Input of notificationPreferencesUpdate.' })
export class NotificationPreferencesUpdateInput {
  static readonly bounds = optionalFields({ preferences: z.array(z.any()).max(20) });
  @Field(() => [NotificationPreferenceInput], {
    description: 'Only the given reasons change, each named once; at most 20.',
  })
  preferences!: NotificationPreferenceInput[];
}

@ObjectType({ simpleResolvers: true, description: 'Result of notificationPreferencesUpdate.' })
export class NotificationPreferencesUpdatePayload extends Payload {
  @Field(() => [NotificationPreference], {
    nullable: true,
    description: 'All preferences as they now stand; null when refused.',
  })
  preferences?: NotificationPreference[] | null;
}
