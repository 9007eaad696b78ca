import { TicketField } from './field/field.ts';
import { Message } from './message/message.ts';
import { Operation } from './operation/operation.ts';
import { Ticket } from './ticket/ticket.ts';
import { Workspace } from './workspace/workspace.ts';

export const modelEntities = [Workspace, TicketField, Ticket, Message, Operation];
