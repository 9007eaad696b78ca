import { Auth, Role } from '@deskgraph/common/auth/access';
import { Locale } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Department } from '../../staff/department/department.ts';
import { departmentById } from '../../staff/department/queries.ts';
import { byId as ticketById } from '../../model/lookup/find.ts';
import { CannedResponse, templateForLocale } from './canned-response.ts';
import { createCannedResponse } from './create.ts';
import { deleteCannedResponse } from './delete.ts';
import { findCannedResponses } from './find.ts';
import {
  CannedResponseCreateInput,
  CannedResponseCreatePayload,
  CannedResponseDeleteInput,
  CannedResponseDeletePayload,
  CannedResponseUpdateInput,
  CannedResponseUpdatePayload,
} from './input.ts';
import { renderTemplate } from './template.ts';
import { updateCannedResponse } from './update.ts';
import { TEMPLATE_VARIABLES, replyLanguage, templateValues } from './values.ts';

@Resolver(() => CannedResponse)
export class CannedResponseResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.AGENT] })
  @Query(() => [CannedResponse], {
    description: 'Stored answers of the caller’s departments and those for all, by title.',
  })
  cannedResponses(
    @Arg('text', () => String, {
      nullable: true,
      description: 'What stands in title, shortcut or text, at most 100 characters.',
    })
    text: string | null,
    @Ctx() ctx: Context,
  ): Promise<CannedResponse[]> {
    return findCannedResponses(ctx, text);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.AGENT] })
  @Mutation(() => CannedResponseCreatePayload, {
    description:
      'Creates a stored answer: for an own department, or by leads, administrators and apps for all. At most 1,000 in a workspace.',
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
      'Changes a stored answer of an own department; those for all are changed by leads, administrators and apps.',
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
      'Deletes a stored answer; who may change it may. Refused with IN_USE while a macro replies by it.',
  })
  cannedResponseDelete(
    @Arg('input', () => CannedResponseDeleteInput) input: CannedResponseDeleteInput,
    @Ctx() ctx: Context,
  ): Promise<CannedResponseDeletePayload> {
    return deleteCannedResponse(ctx, input);
  }

  @FieldResolver(() => String, {
    description: `Markdown, a Liquid template with the variables ${TEMPLATE_VARIABLES}.`,
  })
  body(
    @Root() canned: CannedResponse,
    @Arg('locale', () => Locale, {
      nullable: true,
      description: 'In this language if there is one, else the one for all languages.',
    })
    locale: string | null,
  ): string {
    return templateForLocale(canned, locale);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'The text for a ticket, in the language of its requester, else in the default one of the desk, with the variables filled; null when there is no such ticket for the caller.',
  })
  async render(
    @Root() canned: CannedResponse,
    @Arg('ticketId', () => ID, { description: 'For which ticket.' }) ticketId: string,
    @Ctx() ctx: Context,
  ): Promise<string | null> {
    const ticket = await ticketById(ctx, ticketId);
    return (
      ticket &&
      renderTemplate(
        templateForLocale(canned, await replyLanguage(ctx, ticket)),
        await templateValues(ctx, ticket),
        ['render'],
      )
    );
  }

  @FieldResolver(() => Department, {
    nullable: true,
    description: 'The department that has it; null when all have.',
  })
  department(
    @Root() { departmentId }: CannedResponse,
    @Ctx() ctx: Context,
  ): Promise<Department | null> | null {
    return departmentId === null ? null : departmentById(ctx, departmentId);
  }
}
