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
import { notificationEvent, findNotifications, countUnreadNotifications } from './queries.ts';
import {
  NotificationPreferencesUpdateInput,
  NotificationPreferencesUpdatePayload,
  NotificationsReadInput,
  NotificationsReadPayload,
} from './input.ts';
import { Notification, NotificationConnection } from './notification.ts';
import { NotificationPreference, findNotificationPreferences } from './preference.ts';
import { markNotificationsRead, updateNotificationPreferences } from './mutations.ts';
import { subscribeToNotifications } from './subscription.ts';
import { notificationText } from './summaries.ts';

@Resolver(() => Notification)
export class NotificationResolver {
  @Auth({ scopes: ['tickets:write'], roles: [Role.REQUESTER, Role.LIGHT] })
  @Mutation(() => NotificationsReadPayload, { description: 'Marks own notifications as read.' })
  notificationsRead(
    @Arg('input', () => NotificationsReadInput) input: NotificationsReadInput,
    @Ctx() ctx: Context,
  ): Promise<NotificationsReadPayload> {
    return markNotificationsRead(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.REQUESTER, Role.LIGHT] })
  @Mutation(() => NotificationPreferencesUpdatePayload, {
    description:
      'Sets the caller’s delivery channels for each reason. So far notifications are delivered in the app only; the choices for e-mail and push are stored.',
  })
  notificationPreferencesUpdate(
    @Arg('input', () => NotificationPreferencesUpdateInput)
    input: NotificationPreferencesUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<NotificationPreferencesUpdatePayload> {
    return updateNotificationPreferences(ctx, input);
  }

  @Auth({ scopes: ['tickets:read'], roles: [Role.REQUESTER, Role.LIGHT] })
  @Personal()
  @Subscription(() => Notification, {
    description:
      'New notifications of the caller, each once and in order. Subscribing with the last cursor of `extensions.cursor` as `after` also returns those created meanwhile, as far as they are still stored.',
    subscribe: ({ context, args }: { context: Context; args: { after?: string | null } }) =>
      subscribeToNotifications(context, args.after),
  })
  notificationAdded(
    @Root() notification: Notification,
    @Arg('after', () => CursorScalar, {
      nullable: true,
      description: 'Continue after this cursor. Default: from now.',
    })
    _after: string | null,
  ): Notification {
    return notification;
  }

  @FieldResolver(() => TicketEvent, { nullable: true, description: 'The event.' })
  event(@Root() notification: Notification, @Ctx() ctx: Context): Promise<TicketEvent | null> {
    return notificationEvent(ctx, notification);
  }

  @FieldResolver(() => Ticket, { nullable: true, description: 'The ticket in its current state.' })
  ticket(@Root() { ticketId }: Notification, @Ctx() ctx: Context): Promise<Ticket | null> {
    return ticketById(ctx, ticketId);
  }

  @FieldResolver(() => String, {
    description:
      'A summary in the reader’s language, or in English. Empty when the reader may no longer see the ticket.',
  })
  text(@Root() notification: Notification, @Ctx() ctx: Context): Promise<string> {
    return notificationText(ctx, notification);
  }
}

@Resolver(() => Viewer)
export class ViewerNotifications {
  @FieldResolver(() => NotificationConnection, {
    description:
      'The caller’s notifications, newest first, at most 100 per page, without those of tickets that the caller may no longer see. Kept for 90 days, at most 1,000 per person. Apps have none.',
  })
  notifications(
    @Arg('unreadOnly', () => Boolean, {
      nullable: true,
      defaultValue: false,
      description: 'Only unread notifications.',
    })
    unreadOnly: boolean | null,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Notification>> {
    return findNotifications(ctx, { unreadOnly, ...page });
  }

  @FieldResolver(() => Int, { description: 'The number of unread notifications.' })
  unread(@Ctx() ctx: Context): Promise<number> {
    return countUnreadNotifications(ctx);
  }

  @FieldResolver(() => [NotificationPreference], {
    description: 'The caller’s delivery channels, one entry per notification reason.',
  })
  preferences(@Ctx() ctx: Context): Promise<NotificationPreference[]> {
    return findNotificationPreferences(ctx);
  }
}
