import type { Desk } from '../desk.ts';
import type { Things } from '../things.ts';
import { AGENTS, type Caller, LEADS, STAFF, VIEWERS, WRITERS } from './callers.ts';
import {
  actionOn,
  freshAccess,
  freshAgent,
  freshArticle,
  freshCanned,
  freshCategory,
  freshDepartment,
  freshField,
  freshForm,
  freshFile,
  freshLink,
  freshMacro,
  freshMerge,
  freshMessage,
  freshNotification,
  freshPath,
  freshScheduled,
  freshSolved,
  freshStatus,
  freshTag,
  freshTicket,
  freshView,
  spareCategory,
  stepsTo,
  spareField,
  spareForm,
  spareStatus,
} from './fresh.ts';

export interface MutationRight {
  may: readonly Caller[];
  /** An input that succeeds, with every id that it can name; `n` is new each time. */
  input: (things: Things, caller: Caller, n: number, desk: Desk) => object | Promise<object>;
  /** Paths of ids that are not looked up, each with the reason. */
  unchecked?: Record<string, string>;
}

export const MUTATIONS: Record<string, MutationRight> = {
  agentInvite: {
    may: ['admin', 'partner'],
    input: ({ department, access }, _, n) => ({
      email: `n${n}@desk.example`,
      name: `N ${n}`,
      role: 'AGENT',
      accessRoleId: access.id,
      departmentIds: [department.id],
    }),
  },
  agentUpdate: {
    may: [...LEADS, 'partner'],
    input: ({ agent, department, access }, caller) => ({
      id: agent.id,
      departmentIds: [department.id],
      locale: 'sl',
      ...(caller !== 'lead' && { role: 'AGENT', accessRoleId: access.id }),
    }),
  },
  agentDeactivate: { may: ['admin', 'partner'], input: async (_, __, n, desk) => ({ id: await freshAgent(n, desk) }) },
  escalationPathCreate: {
    may: ['admin', 'partner'],
    input: (things, caller, n) => ({ name: `Path ${n}`, filter: { number: { eq: -1 } }, steps: stepsTo(things, caller) }),
  },
  escalationPathUpdate: {
    may: ['admin', 'partner'],
    input: (things, caller, n) => ({ id: things.path.id, name: `Path ${n}`, steps: stepsTo(things, caller) }),
  },
  escalationPathDelete: { may: ['admin', 'partner'], input: async (_, __, n, desk) => ({ id: await freshPath(n, desk) }) },
  ticketEscalate: {
    may: [...AGENTS, 'partner'],
    input: ({ ticket, agent }, _, n) => ({ id: ticket.id, reason: `Reason ${n}`, toAgentId: agent.id }),
  },
  accessRoleCreate: {
    may: ['admin', 'partner'],
    input: ({ department }, _, n) => ({
      name: `Access ${n}`,
      base: 'AGENT',
      scopes: ['tickets:read'],
      filter: { departmentId: { eq: department.id } },
    }),
  },
  accessRoleUpdate: {
    may: ['admin', 'partner'],
    input: async (_, __, n, desk) => ({ id: await freshAccess(n, desk), name: `Access ${n}` }),
  },
  accessRoleDelete: { may: ['admin', 'partner'], input: async (_, __, n, desk) => ({ id: await freshAccess(n, desk) }) },
  departmentCreate: { may: ['admin', 'partner'], input: ({ agent }, _, n) => ({ name: `Department ${n}`, agentIds: [agent.id] }) },
  departmentUpdate: {
    may: ['admin', 'partner'],
    input: async ({ agent }, _, n, desk) => ({ id: await freshDepartment(n, desk), name: `Renamed ${n}`, agentIds: [agent.id] }),
  },
  departmentDelete: { may: ['admin', 'partner'], input: async (_, __, n, desk) => ({ id: await freshDepartment(n, desk) }) },
  tagCreate: { may: [...LEADS, 'partner'], input: (_, __, n) => ({ name: `tag ${n}`, color: '#00aaff' }) },
  tagUpdate: { may: [...LEADS, 'partner'], input: async (_, __, n, desk) => ({ id: await freshTag(n, desk), name: `renamed ${n}` }) },
  tagDelete: { may: [...LEADS, 'partner'], input: async (_, __, n, desk) => ({ id: await freshTag(n, desk) }) },
  ticketCategoryCreate: {
    may: ['admin', 'partner'],
    input: ({ category, department }, _, n) => ({ name: `Category ${n}`, parentId: category.id, departmentId: department.id }),
  },
  ticketCategoryUpdate: {
    may: ['admin', 'partner'],
    input: async ({ category, department }, _, __, desk) => ({
      id: category.id,
      parentId: await spareCategory(desk),
      departmentId: department.id,
      priority: 'HIGH',
    }),
  },
  ticketCategoryDelete: { may: ['admin', 'partner'], input: async (_, __, n, desk) => ({ id: await freshCategory(`Fresh ${n}`, desk) }) },
  cannedResponseCreate: {
    may: [...AGENTS, 'partner'],
    input: (_, __, n, desk) => ({ title: `Answer ${n}`, body: 'Hello {{requester.name}}', departmentId: desk.departments.sales }),
  },
  cannedResponseUpdate: {
    may: [...AGENTS, 'partner'],
    input: async (_, __, n, desk) => ({ id: await freshCanned(n, desk), title: `Answer ${n}`, departmentId: desk.departments.sales }),
  },
  cannedResponseDelete: { may: [...AGENTS, 'partner'], input: async (_, __, n, desk) => ({ id: await freshCanned(n, desk) }) },
  macroCreate: {
    may: [...LEADS, 'partner'],
    input: (things, _, n, desk) => ({ name: `Macro ${n}`, departmentId: desk.departments.sales, actions: [actionOn(things)] }),
  },
  macroUpdate: {
    may: [...LEADS, 'partner'],
    input: async (things, _, n, desk) => ({
      id: await freshMacro(n, desk),
      name: `Macro ${n}`,
      departmentId: desk.departments.sales,
      actions: [actionOn(things)],
    }),
  },
  macroDelete: { may: [...LEADS, 'partner'], input: async (_, __, n, desk) => ({ id: await freshMacro(n, desk) }) },
  macroApply: { may: [...AGENTS, 'partner'], input: ({ macro, ticket }) => ({ id: macro.id, ticketId: ticket.id }) },
  ticketFieldCreate: { may: ['admin', 'partner'], input: (_, __, n) => ({ key: `field_${n}`, label: `Field ${n}`, kind: 'NUMBER' }) },
  ticketFieldUpdate: {
    may: ['admin', 'partner'],
    input: async (_, __, n, desk) => ({ id: await spareField(desk), label: `Renamed ${n}` }),
  },
  ticketFieldDelete: { may: ['admin', 'partner'], input: async (_, __, n, desk) => ({ id: await freshField(n, desk) }) },
  ticketFormCreate: {
    may: ['admin', 'partner'],
    input: ({ field }, _, n) => ({ name: `Form ${n}`, fields: [{ fieldId: field.id, required: 'SOLVE', roles: ['LEAD'] }] }),
  },
  ticketFormUpdate: {
    may: ['admin', 'partner'],
    input: async ({ field }, _, __, desk) => ({ id: await spareForm(desk), fields: [{ fieldId: field.id }] }),
  },
  ticketFormDelete: { may: ['admin', 'partner'], input: async (_, __, n, desk) => ({ id: await freshForm(n, desk) }) },
  customStatusCreate: {
    may: ['admin', 'partner'],
    input: (_, __, n) => ({ base: 'SOLVED', label: `Status ${n}`, requesterLabel: 'Done' }),
  },
  customStatusUpdate: {
    may: ['admin', 'partner'],
    input: async (_, __, n, desk) => ({ id: await spareStatus(desk), label: `Renamed ${n}` }),
  },
  customStatusDelete: { may: ['admin', 'partner'], input: async (_, __, n, desk) => ({ id: await freshStatus(n, desk) }) },
  ticketsUpdate: {
    may: [...AGENTS, 'partner'],
    input: (things) => ({ ids: [things.ticket.id], action: actionOn(things) }),
    unchecked: { 'ids.0': 'a ticket that is not there is told in its result' },
  },
  bulkJobCancel: {
    may: [...AGENTS, 'partner'],
    input: async ({ ticket, job }, caller, _, desk) => {
      if (!AGENTS.includes(caller) && caller !== 'partner') return { id: job.id };
      const input = { ids: [ticket.id], action: { removeTags: ['nothing'] } };
      return {
        id: (await desk.done<{ job: { id: string } }>(caller as Exclude<Caller, 'nobody'>, 'ticketsUpdate', input, 'job { id }')).job.id,
      };
    },
  },
  viewCreate: {
    may: VIEWERS,
    input: ({ department }, caller, n) => ({
      name: `View ${n}`,
      filter: {},
      ...(caller === 'admin' && { sharing: 'DEPARTMENT', departmentId: department.id }),
    }),
  },
  viewUpdate: {
    may: VIEWERS,
    input: async (things, caller, n, desk) =>
      caller === 'admin'
        ? { id: await freshView(things, caller, n, desk), sharing: 'DEPARTMENT', departmentId: things.department.id }
        : { id: things.view.id, isDefault: n % 2 === 0 },
  },
  viewDelete: { may: VIEWERS, input: async (things, caller, n, desk) => ({ id: await freshView(things, caller, n, desk) }) },
  settingsUpdate: { may: ['admin', 'partner'], input: () => ({ onHoldEnabled: true }) },
  ticketCreate: {
    may: ['customer', ...AGENTS, 'partner'],
    input: async ({ customer, agent, department, category, form, field, file }, caller, n, desk) => ({
      fields: [{ fieldId: field.id, value: 'x' }],
      attachmentIds: [await freshFile(file.id, caller, n, desk)],
      ccs: [`copy${n}@desk.example`],
      subject: `Ticket ${n}`,
      body: 'Text.',
      formId: form.id,
      categoryId: category.id,
      departmentId: department.id,
      ...(caller !== 'customer' && { channel: 'EMAIL', requester: { customerId: customer.id }, assigneeId: agent.id }),
    }),
  },
  ticketUpdate: {
    may: [...AGENTS, 'partner'],
    input: ({ ticket, organization, category, field }, _, n) => ({
      fields: [{ fieldId: field.id, value: ticket.mark }],
      id: ticket.id,
      categoryId: category.id,
      organizationId: organization.id,
      product: `Product ${n}`,
    }),
    unchecked: { organizationId: 'organizations are known to another service; a wrong one shows as none' },
  },
  ticketAssign: {
    may: [...AGENTS, 'partner'],
    input: ({ ticket, agent, department }) => ({ id: ticket.id, assigneeId: agent.id, departmentId: department.id }),
  },
  ticketNext: { may: [...AGENTS, 'partner'], input: ({ department }) => ({ departmentId: department.id }) },
  ticketStatusChange: {
    may: [...AGENTS, 'partner'],
    input: ({ ticket, status }) => ({ id: ticket.id, customStatusId: status.id }),
  },
  ticketReopen: {
    may: ['customer', ...AGENTS, 'partner'],
    input: async (things, _, n, desk) => ({ id: await freshSolved(things, n, desk) }),
  },
  ticketSnooze: { may: [...AGENTS, 'partner'], input: ({ ticket }) => ({ id: ticket.id }) },
  ticketWake: { may: [...AGENTS, 'partner'], input: ({ ticket }) => ({ id: ticket.id }) },
  ticketRequesterChange: {
    may: [...AGENTS, 'partner'],
    input: async (things, _, n, desk) => ({ id: await freshTicket(things, n, desk), requester: { customerId: things.customer.id } }),
  },
  notificationsRead: {
    may: ['customer', ...STAFF],
    input: async (things, caller, n, desk) => ({ ids: [await freshNotification(things, caller, n, desk)] }),
  },
  notificationPreferencesUpdate: {
    may: ['customer', ...STAFF],
    input: (_, caller, n) => ({
      preferences: [{ reason: caller === 'customer' ? 'STATUS' : 'MENTION', inApp: true, email: n % 2 === 0, push: false }],
    }),
  },
  ticketFollow: { may: STAFF, input: ({ ticket }, _, n) => ({ id: ticket.id, follow: n % 2 === 0 }) },
  ticketParticipantsUpdate: {
    may: ['customer', ...AGENTS, 'partner'],
    input: ({ ticket }, _, n) => ({ id: ticket.id, addCcs: [`copy${n % 3}@desk.example`], removeCcs: [`copy${(n + 1) % 3}@desk.example`] }),
  },
  ticketMerge: {
    may: [...AGENTS, 'partner'],
    input: async (things, _, n, desk) => ({ ids: [await freshTicket(things, n, desk)], intoId: things.ticket.id }),
  },
  ticketLink: {
    may: [...AGENTS, 'partner'],
    input: async (things, _, n, desk) => ({ id: things.ticket.id, otherId: await freshTicket(things, n, desk), kind: 'RELATED' }),
  },
  ticketsGroup: {
    may: [...LEADS, 'partner'],
    input: async (things, _, n, desk) => ({ ids: [await freshTicket(things, n, desk)], problemId: things.ticket.id }),
  },
  ticketUnlink: { may: [...AGENTS, 'partner'], input: async (things, _, n, desk) => freshLink(things, n, desk) },
  ticketSplit: {
    may: [...AGENTS, 'partner'],
    input: async (things, _, n, desk) => {
      const ticketId = await freshTicket(things, n, desk);
      const note = { ticketId, body: 'Moves.', visibility: 'PRIVATE' };
      const { message } = await desk.done<{ message: { id: string } }>('partner', 'messageAdd', note, 'message { id }');
      return { id: ticketId, messageIds: [message.id], subject: `Split ${n}`, departmentId: things.department.id };
    },
  },
  operationUndo: { may: [...AGENTS, 'partner'], input: async (things, _, n, desk) => ({ id: await freshMerge(things, n, desk) }) },
  ticketSpamMark: { may: [...AGENTS, 'partner'], input: ({ ticket }) => ({ id: ticket.id, spam: false }) },
  ticketDelete: { may: [...LEADS, 'partner'], input: async (things, _, n, desk) => ({ id: await freshTicket(things, n, desk) }) },
  ticketRestore: { may: [...LEADS, 'partner'], input: ({ ticket }) => ({ id: ticket.id }) },
  ticketPurge: { may: ['admin', 'partner'], input: async (things, _, n, desk) => ({ id: await freshTicket(things, n, desk, true) }) },
  attachmentUploadCreate: {
    may: WRITERS,
    input: (_, __, n) => ({ name: `file ${n}.txt`, contentType: 'text/plain', size: n + 1 }),
  },
  messageAdd: {
    may: ['customer', ...STAFF, 'partner'],
    input: async ({ ticket, file }, caller, n, desk) => ({
      ticketId: ticket.id,
      attachmentIds: [await freshFile(file.id, caller, n, desk)],
      body: 'Text.',
      visibility: caller === 'light' ? 'PRIVATE' : 'PUBLIC',
      override: true,
    }),
  },
  draftSave: {
    may: AGENTS,
    input: ({ ticket }, _, n) => ({ ticketId: ticket.id, visibility: 'PUBLIC', body: `Unsent ${n}` }),
  },
  senderBlock: { may: [...LEADS, 'partner'], input: (_, __, n) => ({ address: `noise${n}@blocked.example` }) },
  messageCancel: {
    may: [...AGENTS, 'partner'],
    input: async (things, _, n, desk) => ({ id: await freshScheduled(things, n, desk) }),
  },
  messageRedact: {
    may: [...LEADS, 'partner'],
    input: async (things, _, n, desk) => freshMessage(things, n, desk),
  },
  presenceSet: {
    may: ['customer', ...STAFF, 'partner'],
    input: ({ ticket }, _, n) => ({ ticketId: ticket.id, activity: n % 2 ? 'TYPING' : 'VIEWING' }),
  },
  ticketImport: {
    may: ['partner'],
    input: ({ customer, agent, department }, _, n) => ({
      externalId: `import ${n}`,
      subject: 'Old',
      body: 'Old text.',
      createdAt: '2026-01-01T00:00:00Z',
      requester: { customerId: customer.id },
      authorId: agent.id,
      assigneeId: agent.id,
      departmentId: department.id,
      history: [
        {
          at: '2026-01-02T00:00:00Z',
          assigneeId: agent.id,
          departmentId: department.id,
          authorId: agent.id,
          body: 'Reply.',
          visibility: 'PUBLIC',
        },
      ],
    }),
  },
  customerCreate: {
    may: [...AGENTS, 'partner'],
    input: ({ organization }, _, n) => ({ name: `Customer ${n}`, organizationIds: [organization.id] }),
  },
  customerUpdate: {
    may: ['customer', ...AGENTS, 'partner'],
    input: ({ customer, organization }, caller) => ({
      id: customer.id,
      name: 'Somebody',
      ...(caller !== 'customer' && { organizationIds: [organization.id] }),
    }),
  },
  customerUpsert: {
    may: [...AGENTS, 'partner'],
    input: (_, __, n) => ({ identity: { kind: 'EMAIL', value: `upsert${n}@desk.example` }, onCreate: { name: 'New' }, onUpdate: {} }),
  },
  organizationCreate: { may: [...AGENTS, 'partner'], input: (_, __, n) => ({ name: `Organization ${n}` }) },
  organizationUpdate: { may: [...AGENTS, 'partner'], input: ({ organization }, _, n) => ({ id: organization.id, tier: `tier ${n}` }) },
  knowledgeBaseCreate: {
    may: ['admin', 'partner'],
    input: (_, __, n) => ({ name: `Base ${n}`, slug: `base-${n}`, audience: 'EXTERNAL', locales: ['en'] }),
  },
  sectionCreate: {
    may: [...LEADS, 'partner'],
    input: ({ base, section }, _, n) => ({ knowledgeBaseId: base.id, parentId: section.id, title: `Section ${n}` }),
  },
  articleCreate: {
    may: [...AGENTS, 'partner'],
    input: ({ base, section, agent }, _, n) => ({
      knowledgeBaseId: base.id,
      sectionId: section.id,
      ownerId: agent.id,
      title: `Article ${n}`,
      body: 'Text.',
    }),
    unchecked: { ownerId: 'agents are known to another service; a wrong one shows as none' },
  },
  articleUpdate: {
    may: [...AGENTS, 'partner'],
    input: ({ article, section, agent }, _, n) => ({ id: article.id, sectionId: section.id, ownerId: agent.id, comment: `Change ${n}` }),
    unchecked: { ownerId: 'agents are known to another service; a wrong one shows as none' },
  },
  articlePublish: { may: [...LEADS, 'partner'], input: async (things, _, n, desk) => ({ id: await freshArticle(things, n, desk) }) },
  articleArchive: { may: [...LEADS, 'partner'], input: async (things, _, n, desk) => ({ id: await freshArticle(things, n, desk) }) },
};
