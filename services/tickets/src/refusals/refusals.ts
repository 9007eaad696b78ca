import { registerRefusals } from '@deskgraph/common/graphql/shared-types';
import { TICKET_REFUSAL_TRANSLATIONS } from './translations.ts';

/** Why tickets are refused beyond what every service knows. */
registerRefusals(
  {
    STATUS_NOT_ALLOWED: {
      meaning: 'The move is not allowed from this status.',
      message: 'A ticket can’t move there from its status.',
    },
    CLOSE_BY_HAND: {
      meaning: 'Only the system closes tickets.',
      message: 'Tickets are closed by the system only; solve it instead.',
    },
    UNSEEN_ACTIVITY: {
      meaning: 'Others acted on the ticket since `seen`; nothing was sent.',
      message: 'Somebody did something here that you have not seen yet; read it, then send.',
    },
    ALREADY_SENT: {
      meaning: 'Only a message that is SCHEDULED can be taken back.',
      message: 'This has been sent already, and can’t be taken back.',
    },
    SENDER_BLOCKED: {
      meaning: 'Who asks is on the block list of the workspace.',
      message: 'What this sender writes is not taken here.',
    },
    TICKET_CLOSED: { meaning: 'A closed ticket stays closed.', message: 'This ticket is closed.' },
    TICKET_DELETED: {
      meaning: 'What is in the bin can only be restored or removed for ever.',
      message: 'This ticket is in the bin; restore it first.',
    },
    NOT_DELETED: {
      meaning: 'Only what is in the bin is removed for ever.',
      message: 'Only a ticket in the bin can be removed for ever; delete it first.',
    },
    CHILDREN_OPEN: {
      meaning: 'The ticket has children that are not solved.',
      message: 'Its children must be solved first.',
    },
    NO_STEP_LEFT: {
      meaning: 'No escalation path lets the ticket through, or nobody is left on it.',
      message: 'There is nobody left to escalate this to.',
    },
    ALREADY_MERGED: {
      meaning: 'The ticket is folded into another one; that is the one to work on.',
      message: 'This ticket was folded into another one.',
    },
    UNDO_EXPIRED: {
      meaning: 'It was taken back already, or was done too long ago.',
      message: 'This can’t be taken back any more.',
    },
    UNDO_CONFLICT: {
      meaning: 'Later facts stand in the way of an undo; `conflicts` of the operation names them.',
      message: 'Something happened since that stands in the way.',
    },
    ON_HOLD_DISABLED: {
      meaning: 'ON_HOLD is not enabled in this workspace.',
      message: 'The status ON_HOLD is not enabled.',
    },
    FIELD_REQUIRED: {
      meaning: 'The form of the ticket demands this custom field.',
      message: 'This field must be filled first.',
    },
    ASSIGNEE_REQUIRED: {
      meaning: 'SOLVED needs an assignee or a reason.',
      message: 'Somebody must be in charge before it can be solved, or a reason given.',
    },
    CIRCLE: {
      meaning: 'It would lie below itself, or close a circle.',
      message: 'This would lead back to the thing itself.',
    },
    LAST_ADMIN: {
      meaning: 'The last active administrator can’t leave, nor get another role.',
      message: 'Somebody else must be administrator first.',
    },
    TEMPLATE_INVALID: {
      meaning: 'The template can’t be filled; the message names the line.',
      message: 'This template can’t be filled.',
    },
    PRIORITY_UNSET: {
      meaning: 'A priority can’t be unset.',
      message: 'A priority can be changed but not taken away.',
    },
    FILE_REFUSED: {
      meaning: 'The file is a program or a script.',
      message: 'Programs and scripts are not taken.',
    },
    FILE_INFECTED: {
      meaning: 'The virus scanner found something in the file.',
      message: 'The virus scanner found something in this file.',
    },
    NOT_UPLOADED: {
      meaning: 'The bytes of the file are not there yet.',
      message: 'This file is not uploaded yet.',
    },
  },
  TICKET_REFUSAL_TRANSLATIONS,
);
