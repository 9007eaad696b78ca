import type { Actor } from '@deskgraph/common/auth/access';
import { Refusal } from '@deskgraph/common/core/errors';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute, ids } from '@deskgraph/common/database/query';
import { MessageVisibility } from '../../model/message/message.ts';

const MAX_MENTIONS_PER_NOTE = 20;
/** The most words after an `@` that are read as a name. */
const MAX_WORDS_PER_NAME = 4;
const CODE = /```[\s\S]*?(?:```|$)|`[^`\n]*`/g;
const MENTION_BY_ID = /@\[([^\]\n]{1,100})\]\((agt_[0-9a-z]{26})\)/g;
/** The `@` does not begin a mention inside a word or a mail address. */
const MENTION_BY_NAME = /(?<![\p{L}\p{N}._%+@-])@([\p{L}\p{N}][^\n@,;:!?()[\]<>"]{0,120})/gu;

/** Replaces mentions by id with readable ones: `@[Ana](agt_…)` becomes `@Ana`. */
export const mentionsAsText = (body: string): string => body.replaceAll(MENTION_BY_ID, '@$1');

/**
 * The ids of the agents whom a note mentions: by id, by the local part of their mail address, or by
 * their full name, ignoring case. The longest matching name counts; a name of two agents mentions
 * neither. Code is ignored.
 *
 * @example
 * await findMentionedAgents(ctx, 'Please look, @ana.novak and @Jan de Vries');
 */
export async function findMentionedAgents(
  ctx: Context,
  body: string,
  field = 'body',
): Promise<string[]> {
  const text = body.replaceAll(CODE, ' ');
  const mentionedIds = [...text.matchAll(MENTION_BY_ID)].map(([, , id]) => id!);
  const possibleNames = [...text.matchAll(MENTION_BY_NAME)].map(([, rest]) => namesIn(rest!));
  if (!mentionedIds.length && !possibleNames.length) return [];
  const agents = await findAgents(ctx, mentionedIds, [...new Set(possibleNames.flat())]);
  const idsByName = possibleNames.flatMap((names) => {
    const matches = names
      .map((name) => agents.filter((agent) => agent.name === name || agent.localPart === name))
      .find(({ length }) => length > 0);
    return matches?.length === 1 ? [matches[0]!.id] : [];
  });
  const idsById = agents.map(({ id }) => id).filter((id) => mentionedIds.includes(id));
  const agentIds = [...new Set([...idsById, ...idsByName])];
  if (agentIds.length > MAX_MENTIONS_PER_NOTE) throw new Refusal('LIMIT_REACHED', field);
  return agentIds;
}

interface NewMessage {
  author: Pick<Actor, 'kind'>;
  visibility: MessageVisibility;
  body: string;
}

/** The mentions in a message of any kind: only notes mention agents. */
export const findMessageMentions = async (
  ctx: Context,
  { author, visibility, body }: NewMessage,
): Promise<string[]> =>
  visibility === MessageVisibility.PRIVATE && author.kind !== 'customer'
    ? findMentionedAgents(ctx, body)
    : [];

/** The names that the text after an `@` may begin with, longest first. */
function namesIn(text: string): string[] {
  const words = text.split(/\s+/, MAX_WORDS_PER_NAME);
  const names = words
    .map((_, index) => normalizeName(words.slice(0, index + 1).join(' ')))
    .reverse();
  return [...new Set(names.flatMap((name) => [name, withoutPunctuation(name)]))].filter(Boolean);
}

const withoutPunctuation = (name: string): string => name.replace(/[^\p{L}\p{N}]+$/u, '');

const normalizeName = (name: string): string => name.toLowerCase().normalize('NFC');

interface MentionableAgent {
  id: string;
  name: string;
  localPart: string;
}

async function findAgents(
  ctx: Context,
  agentIds: readonly string[],
  names: readonly string[],
): Promise<MentionableAgent[]> {
  const agents = await execute(
    ctx,
    sql<{ id: string; name: string; local_part: string }>`
      select id, lower(normalize(name)) as name, split_part(email, '@', 1) as local_part from agent
      where workspace_id = ${ctx.workspace}::uuid and active
        and role in ('LIGHT', 'AGENT', 'LEAD', 'ADMIN')
        and (
          id = any(${ids('agt', agentIds)}) or lower(normalize(name)) = any(${names}::text[])
          or split_part(email, '@', 1) = any(${names}::text[]))`,
  );
  return agents.map(({ id, name, local_part: localPart }) => ({
    id: toId('agt', id),
    name: normalizeName(name),
    localPart,
  }));
}
