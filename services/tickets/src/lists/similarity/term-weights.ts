import { keyTerms, prefixTerm } from '@deskgraph/common/text/key-terms';
import type { Ticket } from '../../model/ticket/ticket.ts';

const MAX_SUBJECT_TERMS = 8;
const MAX_DESCRIPTION_TERMS = 16;
/**
 * The number of characters of a description that are used: its beginning usually names the topic.
 */
const MAX_DESCRIPTION_LENGTH = 600;
/** Terms of the subject weigh more than those of the description, which weigh 1. */
const SUBJECT_WEIGHT = 2;

/** The key terms of a ticket, as prefixes, with their weights. */
export type TermWeights = ReadonlyMap<string, number>;

export function termWeights({
  subject,
  description,
}: Pick<Ticket, 'subject' | 'description'>): TermWeights {
  const weights = new Map<string, number>();
  const beginning = description.slice(0, MAX_DESCRIPTION_LENGTH);
  for (const term of keyTerms(beginning, MAX_DESCRIPTION_TERMS))
    weights.set(prefixTerm(term, false).low, 1);
  for (const term of keyTerms(subject, MAX_SUBJECT_TERMS))
    weights.set(prefixTerm(term, false).low, SUBJECT_WEIGHT);
  return weights;
}

/** The inverse document frequency of a term, 0 or more: the higher, the fewer texts contain it. */
export const inverseFrequency = (containing: number, total: number): number =>
  Math.log(1 + total / Math.max(1, containing));

/**
 * The cosine similarity of two weighted texts, from 0 to 1.
 *
 * @example
 * const frequencyOf = (term: string) => inverseFrequency(counts.get(term) ?? 1, texts.length);
 * similarity(termWeights(ticket), termWeights(other), frequencyOf); // 0.73
 */
export function similarity(
  left: TermWeights,
  right: TermWeights,
  frequencyOf: (term: string) => number,
): number {
  let product = 0;
  for (const [term, weight] of left) {
    const otherWeight = right.get(term);
    if (otherWeight !== undefined) product += weight * otherWeight * frequencyOf(term);
  }
  if (!product) return 0;
  const length = (weights: TermWeights): number =>
    Math.sqrt(
      [...weights].reduce((sum, [term, weight]) => sum + weight ** 2 * frequencyOf(term), 0),
    );
  return Math.min(1, product / (length(left) * length(right)));
}

/** The number of terms that two texts share. */
export const sharedTermCount = (left: TermWeights, right: TermWeights): number =>
  [...left.keys()].filter((term) => right.has(term)).length;

/** Texts are similar from these values on: a single shared term is not enough. */
export const MIN_SIMILARITY = 0.25;
export const MIN_SHARED_TERMS = 2;
