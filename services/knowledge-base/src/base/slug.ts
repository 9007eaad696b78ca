import { foldText } from '@deskgraph/common/text/tokenizer';

const MAX_SLUG_LENGTH = 80;
/** Words of letters and digits of any script, joined by single hyphens. */
export const SLUG = /^[\p{Ll}\p{Lo}\p{Lm}\p{N}]+(?:-[\p{Ll}\p{Lo}\p{Lm}\p{N}]+)*$/u;

/**
 * The slug of a title.
 *
 * @example
 * slugFromTitle('Où est ma commande ?'); // 'ou-est-ma-commande'
 * slugFromTitle('退貨'); // '退貨'
 */
export function slugFromTitle(title: string): string {
  const runs = foldText(title).match(/[\p{Ll}\p{Lo}\p{Lm}\p{N}]+/gu) ?? ['article'];
  const slug = Array.from(runs.join('-')).slice(0, MAX_SLUG_LENGTH).join('');
  return slug.endsWith('-') ? slug.slice(0, -1) : slug;
}

/** The slug, or the first of `slug-2`, `slug-3` … that is not taken. */
export function freeSlug(slug: string, taken: ReadonlySet<string>): string {
  let free = slug;
  for (let number = 2; taken.has(free); number++) free = `${slug}-${number}`;
  return free;
}
