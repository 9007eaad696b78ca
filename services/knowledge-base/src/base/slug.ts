import { foldText } from '@deskgraph/common/text/tokenizer';

const MOST = 80;
/** Words of letters and digits of any script, joined by single hyphens. */
export const SLUG = /^[\p{Ll}\p{Lo}\p{Lm}\p{N}]+(?:-[\p{Ll}\p{Lo}\p{Lm}\p{N}]+)*$/u;

/** The name of a title in addresses: `Où est ma commande ?` is `ou-est-ma-commande`, `退貨` stays itself. */
export function slugOf(title: string): string {
  const runs = foldText(title).match(/[\p{Ll}\p{Lo}\p{Lm}\p{N}]+/gu) ?? ['article'];
  const slug = Array.from(runs.join('-')).slice(0, MOST).join('');
  return slug.endsWith('-') ? slug.slice(0, -1) : slug;
}

/** The slug, or the first of `slug-2`, `slug-3`… that nobody has. */
export function freeSlug(slug: string, taken: ReadonlySet<string>): string {
  let free = slug;
  for (let number = 2; taken.has(free); number++) free = `${slug}-${number}`;
  return free;
}
