import { isDeepStrictEqual } from 'node:util';
import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { record } from '@deskgraph/common/events/log';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { toId } from '@deskgraph/common/core/id';
import { expectVersion, line, loose, z } from '@deskgraph/common/graphql/input';
import { Duration, Locale, TimeZone, milliseconds } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { LockMode } from '@mikro-orm/postgresql';
import { Field, InputType, Int, ObjectType } from 'type-graphql';
import type { Changes } from '../../model/ticket/events.ts';
import { rescheduleClosing } from './reschedule-closing.ts';
import { Workspace } from '../../model/workspace/workspace.ts';
import { Settings } from './settings.ts';

const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;

const locales = z
  .array(z.string())
  .min(1)
  .max(20)
  .transform((tags) => [...new Set(tags)]);

@InputType({ description: 'Input of settingsUpdate. What is left out stays.' })
export class SettingsUpdateInput {
  static readonly bounds = loose({
    name: line(100),
    undoSendSeconds: z.int().min(0).max(60),
    locales,
  });
  @Field(() => String, {
    nullable: true,
    description: 'The name of the workspace, at most 100 characters.',
  })
  name?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether tickets may be put ON_HOLD. Switching off is refused with IN_USE while tickets stand in it.',
  })
  onHoldEnabled?: boolean | null;
  @Field(() => Duration, {
    nullable: true,
    description:
      'How long a ticket stays SOLVED before the system closes it: PT1H to P365D. Holds for tickets that are SOLVED already, too; those whose time would be over are closed an hour after the change.',
  })
  closeAfter?: string | null;
  @Field(() => Int, {
    nullable: true,
    description:
      'How many seconds a public reply that an agent writes by hand can be taken back before anybody but the staff sees it: 0 to 60. Holds for what is written from now on.',
  })
  undoSendSeconds?: number | null;
  @Field(() => TimeZone, { nullable: true, description: 'Where days begin and end for the desk.' })
  timeZone?: string | null;
  @Field(() => [Locale], {
    nullable: true,
    description: 'The languages of the desk, 1 to 20; the first is the default.',
  })
  locales?: string[] | null;
  @Field(() => Int, {
    nullable: true,
    description: 'Refused with CONFLICT when this is not the current version.',
  })
  expectedVersion?: number | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of settingsUpdate.' })
export class SettingsUpdatePayload extends Payload {
  @Field(() => Settings, {
    nullable: true,
    description: 'The settings as they now stand; null when refused.',
  })
  settings?: Settings | null;
}

const FIELDS = [
  'name',
  'onHoldEnabled',
  'closeAfter',
  'undoSendSeconds',
  'timeZone',
  'locales',
] as const;

/** Changes what holds for the whole workspace. */
export async function updateSettings(
  ctx: Context,
  input: SettingsUpdateInput,
): Promise<SettingsUpdatePayload> {
  const workspace = await ctx.em.findOneOrFail(
    Workspace,
    { id: ctx.workspace },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  expectVersion(workspace, input.expectedVersion);
  refuseCloseAfter(input.closeAfter);
  if (input.onHoldEnabled === false && workspace.onHoldEnabled) await refuseHeld(ctx);
  const changes: Changes = {};
  for (const field of FIELDS) {
    const value = input[field];
    if (value === undefined || isDeepStrictEqual(value, workspace[field])) continue;
    if (value === null) throw new Refusal('REQUIRED', field);
    changes[field] = [workspace[field], value];
    Object.assign(workspace, { [field]: value });
  }
  if (changes['closeAfter']) await rescheduleClosing(ctx, workspace.closeAfter);
  if (Object.keys(changes).length) {
    workspace.version += 1;
    await record(
      ctx,
      'settings.updated',
      { id: toId('wsp', workspace.id), version: workspace.version },
      { changes },
    );
  }
  return { settings: workspace, userErrors: [] };
}

function refuseCloseAfter(closeAfter: string | null | undefined): void {
  const length = closeAfter ? milliseconds(closeAfter)! : HOUR;
  if (length < HOUR || length > YEAR) throw new Refusal('INVALID', 'closeAfter');
}

async function refuseHeld(ctx: Context): Promise<void> {
  const { rows } = await sql`
    select from ticket where workspace_id = ${ctx.workspace}::uuid and status = 'ON_HOLD' limit 1`.execute(
    ctx.em.getKysely(),
  );
  if (rows.length) throw new Refusal('IN_USE', 'onHoldEnabled');
}
