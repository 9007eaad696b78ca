import { TicketForm, formEvents } from './configuration/form/form.ts';
import { View, viewEvents } from './lists/view/view.ts';
import { registerTagReferences } from './model/saved-filter/tag-references.ts';
import { Macro, macroEvents } from './operations/macro/macro.ts';
import { AccessRole, accessRoleEvents } from './staff/access/access-role.ts';
import { EscalationPath, escalationPathEvents } from './ticketing/escalation/path.ts';

// The columns that contain tags. A tag that gets a new name is renamed in them.
registerTagReferences({ Entity: View, column: 'filter', events: viewEvents });
registerTagReferences({ Entity: AccessRole, column: 'filter', events: accessRoleEvents });
registerTagReferences({ Entity: EscalationPath, column: 'filter', events: escalationPathEvents });
registerTagReferences({ Entity: TicketForm, column: 'fields', events: formEvents });
registerTagReferences({ Entity: Macro, column: 'actions', events: macroEvents });
