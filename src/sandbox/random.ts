/** Numbers that look random and are the same in every run. */
export interface Random {
  /** A whole number from 0 up to, not including, the bound. */
  below(bound: number): number;
  /** Whether something of this probability happens. */
  chance(probability: number): boolean;
  pick<const T extends readonly [unknown, ...unknown[]]>(from: T): T[number];
}

/** A generator of xorshift's 32-bit kind; the seed must not be 0. */
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
