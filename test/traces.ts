import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCOPES } from '@deskgraph/common/access';
import { type Desk, NAMES } from './desk.ts';
import type { Platform } from './platform.ts';

/** What a running platform leaves for programs on the same machine. */
export function leaveTraces(
  platform: Platform,
  desk: Desk,
  more: Record<string, { email: string; name: string }> = {},
): void {
  const people = Object.entries(desk.emails).map(([who, email]) => [
    who,
    { email, name: NAMES[who as keyof typeof NAMES] },
  ]);
  const app = { id: desk.ids.partner, name: 'Partner', scopes: SCOPES };
  const demo = {
    workspaces: { shop: desk.workspace },
    people: { ...Object.fromEntries(people), ...more },
    app,
  };
  writeFileSync(join(platform.folder, 'demo.json'), JSON.stringify(demo));
  writeFileSync(join(platform.folder, 'desk.json'), JSON.stringify({ url: platform.url }));
}
