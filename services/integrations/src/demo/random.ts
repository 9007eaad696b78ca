import { createHash } from 'node:crypto';

/** Numbers from 0 to 1 that look like chance and are the same for the same seed, on every machine. */
export function chance(seed: number): () => number {
  let drawn = 0;
  return () => {
    const digest = createHash('sha256').update(`${seed} ${++drawn}`).digest();
    return digest.readUInt32BE() / 2 ** 32;
  };
}
