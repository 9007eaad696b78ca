import { Payload } from '@deskgraph/common/graphql/shared-types';
import { optionalFields, z } from '@deskgraph/common/graphql/input';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { NotificationPreference } from './preference.ts';
import { NotificationReason } from './reason.ts';

@InputType({ description: 'Input of notificationsRead.' })
export class NotificationsReadInput {
  static readonly bounds = optionalFields({ ids: z.array(z.string()).max(100) });
  @Field(() => [ID], {
    nullable: true,
    description: 'The notifications, at most 100. Default: all.',
  })
  ids?: string[] | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of notificationsRead.' })
export class NotificationsReadPayload extends Payload {
  @Field(() => Int, {
    nullable: true,
    description: 'The number of unread notifications. Null when refused.',
  })
  unread?: number | null;
}

@InputType({ description: 'The delivery channels for one reason.' })
export class NotificationPreferenceInput {
  @Field(() => NotificationReason, {
    description: 'The reason, one that applies to the caller.',
  })
  reason!: NotificationReason;
  @Field(() => Boolean, { description: 'Whether to notify in the app.' }) inApp!: boolean;
  @Field(() => Boolean, {
    description: 'Whether to notify by e-mail. Stored; no e-mail is sent yet.',
  })
  email!: boolean;
  @Field(() => Boolean, { description: 'Whether to notify by push. Stored; no push is sent yet.' })
  push!: boolean;
}

@InputType({ description: 'Input of notificationPreferencesUpdate.' })
export class NotificationPreferencesUpdateInput {
  static readonly bounds = optionalFields({ preferences: z.array(z.any()).max(20) });
  @Field(() => [NotificationPreferenceInput], {
    description: 'The reasons to change, each once, at most 20. Others stay unchanged.',
  })
  preferences!: NotificationPreferenceInput[];
}

@ObjectType({ simpleResolvers: true, description: 'Result of notificationPreferencesUpdate.' })
export class NotificationPreferencesUpdatePayload extends Payload {
  @Field(() => [NotificationPreference], {
    nullable: true,
    description: 'All preferences after the change. Null when refused.',
  })
  preferences?: NotificationPreference[] | null;
}
