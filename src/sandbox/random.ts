/** Pseudo-random numbers, the same in every run for the same seed. */
export interface Random {
  /** An integer from 0 (inclusive) to the bound (exclusive). */
  below(bound: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  pick<const T extends readonly [unknown, ...unknown[]]>(from: T): T[number];
}

/** A 32-bit xorshift generator; the seed must not be 0. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return {
    below,
    chance: (probability) => next() < probability,
    pick: (from) => from[below(from.length)],
  };
}
