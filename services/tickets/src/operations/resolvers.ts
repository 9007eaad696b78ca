import { FieldsOfAction } from './action/resolver.ts';
import { BulkJob } from './bulk/job.ts';
import { BulkJobResolver, BulkResultTicket } from './bulk/resolver.ts';
import { EventCauseResolver } from './cause/resolver.ts';
import { OperationResolver, TicketOperations } from './journal/resolver.ts';
import { Macro } from './macro/macro.ts';
import { MacroResolver, MacrosOfTicket } from './macro/resolver.ts';
import { TicketMergeResolver } from './merge/resolver.ts';
import { TicketSplitResolver } from './split/resolver.ts';
import { OperationUndoResolver } from './undo/resolver.ts';

export const operationsEntities = [Macro, BulkJob];

export const operationsResolvers = [
  FieldsOfAction,
  OperationResolver,
  TicketMergeResolver,
  TicketSplitResolver,
  OperationUndoResolver,
  TicketOperations,
  EventCauseResolver,
  MacroResolver,
  MacrosOfTicket,
  BulkJobResolver,
  BulkResultTicket,
];
