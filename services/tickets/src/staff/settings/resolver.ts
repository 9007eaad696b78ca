import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { currentWorkspace } from '../../model/workspace/workspace.ts';
import { SettingsUpdateInput, SettingsUpdatePayload } from './input.ts';
import { updateSettings } from './mutations.ts';
import { Settings } from './settings.ts';

@Resolver()
export class SettingsResolver {
  @Auth({ scopes: ['settings:read'], roles: [Role.LIGHT] })
  @Query(() => Settings, { description: 'The settings of the workspace.' })
  settings(@Ctx() ctx: Context): Promise<Settings> {
    return currentWorkspace(ctx);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.ADMIN] })
  @Mutation(() => SettingsUpdatePayload, {
    description: 'Updates the settings of the workspace.',
  })
  settingsUpdate(
    @Arg('input', () => SettingsUpdateInput) input: SettingsUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<SettingsUpdatePayload> {
    return updateSettings(ctx, input);
  }
}
