import type { Actor } from '@deskgraph/common/auth/access';
import { sql, uuidArray } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { toId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { MessageVisibility } from '../../model/message/message.ts';

/** As many of the staff are named in one note. */
const LIMIT = 20;
/** As many words of what follows a sign can be a name. */
const WORDS = 4;
const CODE = /```[\s\S]*?(?:```|$)|`[^`\n]*`/g;
const BY_ID = /@\[([^\]\n]{1,100})\]\((agt_[0-9a-z]{26})\)/g;
/** Not inside of a word or a mail address. */
const BY_NAME = /(?<![\p{L}\p{N}._%+@-])@([\p{L}\p{N}][^\n@,;:!?()[\]<>"]{0,120})/gu;

/** What a note says of whom it names, as people read it: `@[Ana](agt_…)` is `@Ana`. */
export const mentionsAsText = (body: string): string => body.replaceAll(BY_ID, '@$1');

/**
 * The members of the staff whom a note names: by id, or by what stands before the @ of the mail address, or by the whole name, whatever the case of
 * the letters. Of several names that fit the longest counts; one that fits two people names nobody. What is code names nobody.
 */
export async function findMentionedAgents(
  ctx: Context,
  body: string,
  field = 'body',
): Promise<string[]> {
  const text = body.replaceAll(CODE, ' ');
  const ids = [...text.matchAll(BY_ID)].map(([, , id]) => id!);
  const places = [...text.matchAll(BY_NAME)].map(([, rest]) => namesIn(rest!));
  if (!ids.length && !places.length) return [];
  const people = await peopleCalled(ctx, ids, [...new Set(places.flat())]);
  const named = places.flatMap((names) => {
    const called = names
      .map((name) => people.filter((each) => each.name === name || each.local === name))
      .find(({ length }) => length > 0);
    return called?.length === 1 ? [called[0]!.id] : [];
  });
  const found = [
    ...new Set([...people.filter(({ id }) => ids.includes(id)).map(({ id }) => id), ...named]),
  ];
  if (found.length > LIMIT) throw new Refusal('LIMIT_REACHED', field);
  return found;
}

interface Said {
  author: Pick<Actor, 'kind'>;
  visibility: MessageVisibility;
  body: string;
}

/** The same of any message: only notes name somebody. */
export const findMessageMentions = async (
  ctx: Context,
  { author, visibility, body }: Said,
): Promise<string[]> =>
  visibility === MessageVisibility.PRIVATE && author.kind !== 'customer'
    ? findMentionedAgents(ctx, body)
    : [];

/** The names that may be meant, the longest first. */
function namesIn(rest: string): string[] {
  const words = rest.split(/\s+/, WORDS);
  const names = words.map((_, at) => spelled(words.slice(0, at + 1).join(' '))).reverse();
  return [...new Set(names.flatMap((name) => [name, name.replace(/[^\p{L}\p{N}]+$/u, '')]))].filter(
    Boolean,
  );
}

const spelled = (name: string): string => name.toLowerCase().normalize('NFC');

interface Called {
  id: string;
  name: string;
  local: string;
}

async function peopleCalled(
  ctx: Context,
  ids: readonly string[],
  names: readonly string[],
): Promise<Called[]> {
  const { rows } = await sql<Called>`
    select id, lower(normalize(name)) as name, split_part(email, '@', 1) as local from agent
    where workspace_id = ${ctx.workspace}::uuid and active and role in ('LIGHT', 'AGENT', 'LEAD', 'ADMIN')
      and (id = any(${uuidArray('agt', ids)}) or lower(normalize(name)) = any(${names}::text[]) or split_part(email, '@', 1) = any(${names}::text[]))
  `.execute(ctx.em.getKysely());
  return rows.map(({ id, name, local }) => ({ id: toId('agt', id), name: spelled(name), local }));
}
