import type { NewEvent } from '@deskgraph/common/events/types';
import type { UndoConflict } from '../../model/operation/operation.ts';
import type { Piece } from './later-changes.ts';

/** How an operation is taken back. */
export interface Undoing {
  conflicts: UndoConflict[];
  /** Is there a part that nothing stands against? */
  possible: boolean;
  /** Takes back that part; the facts are to be recorded. */
  apply: (at: Date) => Promise<NewEvent[]>;
}

/** What stands against it: the last fact since that changed the field. */
export const conflict = ({ ticket, since }: Piece, field: string): UndoConflict => ({
  ticketId: ticket.id,
  field,
  version: since.get(field) ?? 0,
});
