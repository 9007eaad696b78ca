import type { MigrationClass } from '@deskgraph/common/database/database';
import { First } from './20261121T2340-first.ts';
import { Events } from './20261122T0050-events.ts';
import { Partitions } from './20261122T0230-partitions.ts';
import { Dead } from './20261122T0245-dead.ts';
import { Presence } from './20261122T0250-presence.ts';
import { Clock } from './20261122T0252-clock.ts';
import { Sweep } from './20261122T0300-sweep.ts';
import { Snooze } from './20261122T0305-snooze.ts';
import { Departments } from './20261122T0306-departments.ts';
import { Bin } from './20261122T0310-bin.ts';
import { Categories } from './20261122T0328-categories.ts';
import { Views } from './20261122T0329-views.ts';
import { Operations } from './20261122T0333-operations.ts';
import { Canned } from './20261122T0349-canned.ts';
import { Split } from './20261122T0348-split.ts';
import { Macros } from './20261122T0358-macros.ts';
import { Links } from './20261122T0400-links.ts';
import { Fields } from './20261122T0345-fields.ts';
import { Attachments } from './20261122T0350-attachments.ts';
import { Bulk } from './20261122T0405-bulk.ts';
import { Scheduled } from './20261126T1420-scheduled.ts';
import { MacroUses } from './20261126T1520-macro-uses.ts';
import { Undo } from './20261126T1430-undo.ts';
import { Drafts } from './20261126T1440-drafts.ts';
import { Participants } from './20261126T1425-participants.ts';
import { Statuses } from './20261126T1420-statuses.ts';
import { Past } from './20261126T1440-past.ts';
import { Access } from './20261126T1500-access.ts';
import { Scans } from './20261126T1515-scans.ts';
import { Forms } from './20261126T1440-forms.ts';
import { Languages } from './20261126T1535-languages.ts';
import { Notifications } from './20261126T1505-notifications.ts';
import { Conditions } from './20261126T1430-conditions.ts';
import { Search } from './20261126T1450-search.ts';
import { Kept } from './20261126T1500-kept.ts';
import { Escalations } from './20261126T1530-escalation.ts';
import { NewestSolved } from './20261126T1800-newest-solved.ts';

/** In order; only ever appended to. */
export const migrations: Record<string, MigrationClass> = {
  '20261121T2340-first': First,
  '20261122T0050-events': Events,
  '20261122T0230-partitions': Partitions,
  '20261122T0245-dead': Dead,
  '20261122T0250-presence': Presence,
  '20261122T0252-clock': Clock,
  '20261122T0300-sweep': Sweep,
  '20261122T0305-snooze': Snooze,
  '20261122T0306-departments': Departments,
  '20261122T0310-bin': Bin,
  '20261122T0328-categories': Categories,
  '20261122T0329-views': Views,
  '20261122T0333-operations': Operations,
  '20261122T0349-canned': Canned,
  '20261122T0348-split': Split,
  '20261122T0358-macros': Macros,
  '20261122T0400-links': Links,
  '20261122T0345-fields': Fields,
  '20261122T0350-attachments': Attachments,
  '20261122T0405-bulk': Bulk,
  '20261126T1420-scheduled': Scheduled,
  '20261126T1430-undo': Undo,
  '20261126T1440-drafts': Drafts,
  '20261126T1425-participants': Participants,
  '20261126T1420-statuses': Statuses,
  '20261126T1440-past': Past,
  '20261126T1500-access': Access,
  '20261126T1515-scans': Scans,
  '20261126T1520-macro-uses': MacroUses,
  '20261126T1440-forms': Forms,
  '20261126T1535-languages': Languages,
  '20261126T1505-notifications': Notifications,
  '20261126T1430-conditions': Conditions,
  '20261126T1450-search': Search,
  '20261126T1500-kept': Kept,
  '20261126T1530-escalation': Escalations,
  '20261126T1800-newest-solved': NewestSolved,
};
