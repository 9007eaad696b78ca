import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Locale } from '@deskgraph/common/graphql/scalars';
import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { ticketById } from '../../model/lookup/queries.ts';
import { Department } from '../../staff/department/department.ts';
import { departmentById } from '../../staff/department/queries.ts';
import { CannedResponse, templateForLocale } from './canned-response.ts';
import {
  CannedResponseCreateInput,
  CannedResponseCreatePayload,
  CannedResponseDeleteInput,
  CannedResponseDeletePayload,
  CannedResponseUpdateInput,
  CannedResponseUpdatePayload,
} from './input.ts';
import { createCannedResponse, deleteCannedResponse, updateCannedResponse } from './mutations.ts';
import { findCannedResponses } from './queries.ts';
import { renderTemplate } from './template.ts';
import { TEMPLATE_VARIABLES, replyLanguage, templateValues } from './values.ts';

@Resolver(() => CannedResponse)
export class CannedResponseResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.AGENT] })
  @Query(() => [CannedResponse], {
    description:
      'The canned responses of the caller’s departments and those for all departments, by title.',
  })
  cannedResponses(
    @Arg('text', () => String, {
      nullable: true,
      description: 'Text that occurs in title, shortcut or body, at most 100 characters.',
    })
    text: string | null,
    @Ctx() ctx: Context,
  ): Promise<CannedResponse[]> {
    return findCannedResponses(ctx, text);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.AGENT] })
  @Mutation(() => CannedResponseCreatePayload, {
    description:
      'Creates a canned response for one of the caller’s departments; leads, administrators and apps also create those for all departments. At most 1,000 in a workspace.',
  })
  cannedResponseCreate(
    @Arg('input', () => CannedResponseCreateInput) input: CannedResponseCreateInput,
    @Ctx() ctx: Context,
  ): Promise<CannedResponseCreatePayload> {
    return createCannedResponse(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.AGENT] })
  @Mutation(() => CannedResponseUpdatePayload, {
    description:
      'Changes a canned response of one of the caller’s departments; leads, administrators and apps also change those for all departments.',
  })
  cannedResponseUpdate(
    @Arg('input', () => CannedResponseUpdateInput) input: CannedResponseUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<CannedResponseUpdatePayload> {
    return updateCannedResponse(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.AGENT] })
  @Mutation(() => CannedResponseDeletePayload, {
    description:
      'Deletes a canned response that the caller may change. Refused with IN_USE while a macro replies with it.',
  })
  cannedResponseDelete(
    @Arg('input', () => CannedResponseDeleteInput) input: CannedResponseDeleteInput,
    @Ctx() ctx: Context,
  ): Promise<CannedResponseDeletePayload> {
    return deleteCannedResponse(ctx, input);
  }

  @FieldResolver(() => String, {
    description: `The text: Markdown, a Liquid template with the variables ${TEMPLATE_VARIABLES}.`,
  })
  body(
    @Root() canned: CannedResponse,
    @Arg('locale', () => Locale, {
      nullable: true,
      description: 'The language; without a text for it, the default text is returned.',
    })
    locale: string | null,
  ): string {
    return templateForLocale(canned, locale);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'The text for a ticket with all variables filled, in the language of the requester, else in the default language of the workspace; null when the caller can’t see the ticket.',
  })
  async render(
    @Root() canned: CannedResponse,
    @Arg('ticketId', () => ID, { description: 'The ticket.' }) ticketId: string,
    @Ctx() ctx: Context,
  ): Promise<string | null> {
    const ticket = await ticketById(ctx, ticketId);
    if (!ticket) return null;
    const template = templateForLocale(canned, await replyLanguage(ctx, ticket));
    return renderTemplate(template, await templateValues(ctx, ticket), ['render']);
  }

  @FieldResolver(() => Department, {
    nullable: true,
    description: 'The department whose agents have it; null means all departments.',
  })
  department(
    @Root() { departmentId }: CannedResponse,
    @Ctx() ctx: Context,
  ): Promise<Department | null> | null {
    return departmentId === null ? null : departmentById(ctx, departmentId);
  }
}
