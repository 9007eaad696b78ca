import { registerRefusals } from '@deskgraph/common/graphql/shared-types';
import { TICKET_REFUSAL_TRANSLATIONS } from './translations.ts';

/** The refusal codes of this service, in addition to those of every service. */
registerRefusals(
  {
    STATUS_NOT_ALLOWED: {
      meaning: 'The status change is not allowed from the current status.',
      message: 'This status is not allowed after the current one.',
    },
    CLOSE_BY_HAND: {
      meaning: 'Only the system closes tickets.',
      message: 'Only the system closes tickets. Solve the ticket instead.',
    },
    UNSEEN_ACTIVITY: {
      meaning: 'There is activity on the ticket after `seen`. Nothing was sent.',
      message: 'There is new activity that you have not seen. Read it before you send.',
    },
    ALREADY_SENT: {
      meaning: 'Only a SCHEDULED message can be cancelled.',
      message: 'This was already sent and cannot be cancelled.',
    },
    SENDER_BLOCKED: {
      meaning: 'The requester is on the block list of the workspace.',
      message: 'Messages of this sender are not accepted.',
    },
    TICKET_CLOSED: { meaning: 'A closed ticket stays closed.', message: 'This ticket is closed.' },
    TICKET_DELETED: {
      meaning: 'A ticket in the bin can only be restored or permanently deleted.',
      message: 'This ticket is in the bin. Restore it first.',
    },
    NOT_DELETED: {
      meaning: 'Only a ticket in the bin can be permanently deleted.',
      message: 'Only a ticket in the bin can be permanently deleted. Delete it first.',
    },
    CHILDREN_OPEN: {
      meaning: 'The ticket has children that are not solved.',
      message: 'The child tickets must be solved first.',
    },
    NO_STEP_LEFT: {
      meaning: 'No escalation path matches the ticket, or no target of its path is left.',
      message: 'No one is left to escalate this to.',
    },
    ALREADY_MERGED: {
      meaning: 'The ticket was merged into another one. Work on that one.',
      message: 'This ticket was merged into another one.',
    },
    UNDO_EXPIRED: {
      meaning: 'The operation was already undone, or it is too old.',
      message: 'This can no longer be undone.',
    },
    UNDO_CONFLICT: {
      meaning: 'Later events conflict with the undo; `conflicts` of the operation lists them.',
      message: 'A later change conflicts with this.',
    },
    ON_HOLD_DISABLED: {
      meaning: 'ON_HOLD is not enabled in this workspace.',
      message: 'The status ON_HOLD is not enabled.',
    },
    FIELD_REQUIRED: {
      meaning: 'The form of the ticket requires this custom field.',
      message: 'Fill in this field first.',
    },
    ASSIGNEE_REQUIRED: {
      meaning: 'A ticket needs an assignee or a resolution code to be SOLVED.',
      message: 'Assign the ticket or give a reason before you solve it.',
    },
    CIRCLE: {
      meaning: 'The entity would be below itself, or the links would form a circle.',
      message: 'This would form a circle.',
    },
    LAST_ADMIN: {
      meaning: 'The last active administrator can neither be deactivated nor get another role.',
      message: 'Make another agent administrator first.',
    },
    TEMPLATE_INVALID: {
      meaning: 'The template cannot be rendered; the message names the line.',
      message: 'This template cannot be rendered.',
    },
    PRIORITY_UNSET: {
      meaning: 'A priority cannot be removed.',
      message: 'A priority can be changed but not removed.',
    },
    FILE_REFUSED: {
      meaning: 'The file is a program or a script.',
      message: 'Programs and scripts are not accepted.',
    },
    FILE_INFECTED: {
      meaning: 'The virus scanner found something in the file.',
      message: 'The virus scanner found something in this file.',
    },
    NOT_UPLOADED: {
      meaning: 'The content of the file is not uploaded yet.',
      message: 'This file is not uploaded yet.',
    },
  },
  TICKET_REFUSAL_TRANSLATIONS,
);
