import { Auth, Personal, Role } from '@deskgraph/common/auth/access';
import { ForwardArgs, type Page } from '@deskgraph/common/database/pagination';
import { CursorScalar } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import {
  Arg,
  Args,
  Ctx,
  FieldResolver,
  Int,
  Mutation,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import { TicketEvent } from '../../history/event/event.ts';
import { ticketById } from '../../model/lookup/queries.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { Viewer } from '../../viewer/viewer.ts';
import { eventOf, find, unread } from './find.ts';
import {
  NotificationPreferencesUpdateInput,
  NotificationPreferencesUpdatePayload,
  NotificationsReadInput,
  NotificationsReadPayload,
} from './input.ts';
import { Notification, NotificationConnection } from './notification.ts';
import { NotificationPreference, preferencesOf } from './preference.ts';
import { preferencesUpdate } from './preferences-update.ts';
import { read } from './read.ts';
import { follow } from './subscription.ts';
import { textOf } from './summaries.ts';

@Resolver(() => Notification)
export class NotificationResolver {
  @Auth({ scopes: ['tickets:write'], roles: [Role.REQUESTER, Role.LIGHT] })
  @Mutation(() => NotificationsReadPayload, { description: 'Marks own notifications as read.' })
  notificationsRead(
    @Arg('input', () => NotificationsReadInput) input: NotificationsReadInput,
    @Ctx() ctx: Context,
  ): Promise<NotificationsReadPayload> {
    return read(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.REQUESTER, Role.LIGHT] })
  @Mutation(() => NotificationPreferencesUpdatePayload, {
    description:
      'Chooses how the caller is told, for each reason. So far that is in the app; the choices for mail and push are kept.',
  })
  notificationPreferencesUpdate(
    @Arg('input', () => NotificationPreferencesUpdateInput)
    input: NotificationPreferencesUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<NotificationPreferencesUpdatePayload> {
    return preferencesUpdate(ctx, input);
  }

  @Auth({ scopes: ['tickets:read'], roles: [Role.REQUESTER, Role.LIGHT] })
  @Personal()
  @Subscription(() => Notification, {
    description:
      'Own notifications as they are made, each once and in order. A cursor in `extensions.cursor` says where each stands; who comes back with it gets what came meanwhile and is still kept.',
    subscribe: ({ context, args }: { context: Context; args: { after?: string | null } }) =>
      follow(context, args.after),
  })
  notificationAdded(
    @Root() notification: Notification,
    @Arg('after', () => CursorScalar, {
      nullable: true,
      description: 'Go on after this one; default from now on.',
    })
    _after: string | null,
  ): Notification {
    return notification;
  }

  @FieldResolver(() => TicketEvent, { nullable: true, description: 'What happened.' })
  event(@Root() notification: Notification, @Ctx() ctx: Context): Promise<TicketEvent | null> {
    return eventOf(ctx, notification);
  }

  @FieldResolver(() => Ticket, { nullable: true, description: 'The ticket, as it is now.' })
  ticket(@Root() { ticketId }: Notification, @Ctx() ctx: Context): Promise<Ticket | null> {
    return ticketById(ctx, ticketId);
  }

  @FieldResolver(() => String, {
    description:
      'One line in the reader’s language, English where it is not known; empty when the ticket is not for him any more.',
  })
  text(@Root() notification: Notification, @Ctx() ctx: Context): Promise<string> {
    return textOf(ctx, notification);
  }
}

@Resolver(() => Viewer)
export class ViewerNotifications {
  @FieldResolver(() => NotificationConnection, {
    description:
      'What the caller was told, newest first, at most 100 a page; of tickets that are not for him any more nothing. Kept for 90 days, and the newest 1,000 of each person. Apps are told nothing.',
  })
  notifications(
    @Arg('unreadOnly', () => Boolean, {
      nullable: true,
      defaultValue: false,
      description: 'Only what is not marked as read.',
    })
    unreadOnly: boolean | null,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Notification>> {
    return find(ctx, { unreadOnly, ...page });
  }

  @FieldResolver(() => Int, { description: 'How many notifications are not marked as read.' })
  unread(@Ctx() ctx: Context): Promise<number> {
    return unread(ctx);
  }

  @FieldResolver(() => [NotificationPreference], {
    description: 'How the caller wants to be told, for every reason for which he can be.',
  })
  preferences(@Ctx() ctx: Context): Promise<NotificationPreference[]> {
    return preferencesOf(ctx);
  }
}
