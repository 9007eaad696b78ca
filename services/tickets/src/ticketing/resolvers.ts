import { Attachment } from './attachment/attachment.ts';
import {
  AttachmentResolver,
  MessageAttachments,
  TicketAttachments,
} from './attachment/resolver.ts';
import { TicketBin } from './bin/resolver.ts';
import { Draft } from './draft/draft.ts';
import { DraftResolver, TicketDrafts } from './draft/resolver.ts';
import { EscalationPath } from './escalation/path.ts';
import {
  EscalationFields,
  EscalationOfTicket,
  EscalationPathResolver,
  EscalationSteps,
} from './escalation/resolver.ts';
import { TicketImport } from './import/resolver.ts';
import { TicketLinks } from './link/resolver.ts';
import { MessageResolver, TicketMessages } from './message/resolver.ts';
import { SnoozeResolver } from './snooze/resolver.ts';
import { TicketFields } from './ticket/fields-resolver.ts';
import { TicketResolver } from './ticket/resolver.ts';

export const ticketingEntities = [Attachment, Draft, EscalationPath];

export const ticketingResolvers = [
  TicketResolver,
  SnoozeResolver,
  TicketBin,
  TicketImport,
  TicketFields,
  TicketMessages,
  TicketLinks,
  MessageResolver,
  DraftResolver,
  TicketDrafts,
  AttachmentResolver,
  MessageAttachments,
  TicketAttachments,
  EscalationPathResolver,
  EscalationSteps,
  EscalationOfTicket,
  EscalationFields,
];
