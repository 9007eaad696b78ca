import { keyTerms, prefixTerm } from '@deskgraph/common/text/key-terms';
import type { Ticket } from '../../model/ticket/ticket.ts';

const SUBJECT_WORDS = 8;
const DESCRIPTION_WORDS = 16;
/** What a text is about is said early; the rest is not read. */
const READ = 600;
/** A word of the subject says more than one of the description. */
const SUBJECT_BOOST = 2;

/** What a ticket is about: the beginnings by which its telling words are known, each with its weight. */
export type Weights = ReadonlyMap<string, number>;

export type Told = Pick<Ticket, 'subject' | 'description'>;

export function weigh({ subject, description }: Told): Weights {
  const weights = new Map<string, number>();
  for (const word of keyTerms(description.slice(0, READ), DESCRIPTION_WORDS))
    weights.set(prefixTerm(word, false).low, 1);
  for (const word of keyTerms(subject, SUBJECT_WORDS))
    weights.set(prefixTerm(word, false).low, SUBJECT_BOOST);
  return weights;
}

/** How much a word tells, 0 and more: the fewer of so many texts hold it, the more. */
export const rarity = (holding: number, all: number): number =>
  Math.log(1 + all / Math.max(1, holding));

/** How much two texts have in common, from 0 to 1: the cosine of their weighted words. */
export function likeness(one: Weights, other: Weights, rarityOf: (word: string) => number): number {
  let shared = 0;
  for (const [word, weight] of one) {
    const same = other.get(word);
    if (same !== undefined) shared += weight * same * rarityOf(word);
  }
  if (!shared) return 0;
  const length = (weights: Weights): number =>
    Math.sqrt([...weights].reduce((sum, [word, weight]) => sum + weight ** 2 * rarityOf(word), 0));
  return Math.min(1, shared / (length(one) * length(other)));
}

/** How many words two texts have in common. */
export const inCommon = (one: Weights, other: Weights): number =>
  [...one.keys()].filter((word) => other.has(word)).length;

/** What must be there to call two texts alike; one stray word in common is not enough. */
export const LEAST = 0.25;
export const LEAST_WORDS = 2;
