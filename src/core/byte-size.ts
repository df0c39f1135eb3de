const FACTORS: ReadonlyMap<string, number> = new Map(
  ['', 'K', 'M', 'G', 'T'].flatMap((letter, power) => [
    [`${letter}B`, 1000 ** power] as const,
    [`${letter}IB`, 1024 ** power] as const,
  ]),
);

/** The bytes of an amount such as `512MB` or `2GiB`; an unknown unit counts as bytes. */
export function parseByteSize(size: string): number {
  const [, amount = '', unit = ''] = /^([\d.]+)\s*(\w+)$/.exec(size) ?? [];
  return Math.floor(Number(amount) * (FACTORS.get(unit.toUpperCase()) ?? 1));
}
