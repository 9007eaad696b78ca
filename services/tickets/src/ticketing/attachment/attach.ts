import { LockMode } from '@mikro-orm/postgresql';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import type { Message } from '../../model/message/message.ts';
import { Attachment, ScanState } from './attachment.ts';

/** Sends uploads of the caller with a message of the open transaction. */
export async function attach(
  ctx: Context,
  message: Message,
  ids: readonly string[] | null | undefined,
): Promise<void> {
  if (!ids?.length) return;
  const wanted = [...new Set(ids)];
  const own = await ctx.em.find(
    Attachment,
    { id: { $in: wanted }, uploaderId: ctx.actor.id },
    { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } },
  );
  const refused = wanted.flatMap((id) => {
    const code = refusalOf(own.find((each) => each.id === id));
    return code ? [{ code, field: ['input', 'attachmentIds', String(ids.indexOf(id))] }] : [];
  });
  if (refused.length) throw new Refusal(refused);
  for (const attachment of own) {
    attachment.messageId = message.id;
    attachment.unusedAt = null;
    attachment.version += 1;
    attachment.updatedAt = message.createdAt;
  }
}

function refusalOf(attachment: Attachment | undefined): string | undefined {
  if (!attachment) return 'NOT_FOUND';
  if (attachment.messageId) return 'TAKEN';
  if (attachment.scan === ScanState.INFECTED) return 'FILE_INFECTED';
  return attachment.fileId ? undefined : 'NOT_UPLOADED';
}
