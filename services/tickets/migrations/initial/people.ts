import { rowSecurity } from '@deskgraph/common/database/database';
import { versioned } from './columns.ts';

/** Requesters as the customers service has published them, and blocked senders. */
export const peopleTables = `
      create table requester (
        id uuid primary key, workspace_id uuid not null references workspace, name text not null,
        organization_id uuid, locale text
      );
      create index requester_workspace on requester (workspace_id);
      create table requester_identity (
        workspace_id uuid not null, kind text not null, value text not null,
        requester_id uuid not null references requester, primary key (workspace_id, kind, value)
      );
      create index requester_identity_requester on requester_identity (requester_id);

      create table blocked_sender (
        id uuid primary key, workspace_id uuid not null references workspace,
        address text not null, ${versioned}
      );
      create unique index blocked_sender_address on blocked_sender (workspace_id, address);
      ${['requester', 'requester_identity', 'blocked_sender'].map(rowSecurity).join('')}`;
