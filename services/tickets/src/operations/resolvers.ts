import { FieldsOfAction } from './action/resolver.ts';
import { BulkJob } from './bulk/job.ts';
import { BulkJobResolver, BulkResultTicket } from './bulk/resolver.ts';
import { EventCause } from './cause/resolver.ts';
import { Macro } from './macro/macro.ts';
import { MacroResolver, MacrosOfTicket } from './macro/resolver.ts';
import { OperationResolver, TicketOperations } from './undo/resolver.ts';

export const operationsEntities = [Macro, BulkJob];

export const operationsResolvers = [
  FieldsOfAction,
  OperationResolver,
  TicketOperations,
  EventCause,
  MacroResolver,
  MacrosOfTicket,
  BulkJobResolver,
  BulkResultTicket,
];
