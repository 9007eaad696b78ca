import { createHash } from 'node:crypto';

/** Pseudo-random numbers from 0 to 1, the same for the same seed on every machine. */
export function pseudoRandom(seed: number): () => number {
  let drawn = 0;
  return () => {
    const digest = createHash('sha256').update(`${seed} ${++drawn}`).digest();
    return digest.readUInt32BE() / 2 ** 32;
  };
}
