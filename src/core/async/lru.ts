/** How much is remembered. */
export interface CacheLimits {
  readonly entries: number;
  /** The keys' length altogether: where they are texts, what is made of them grows with it. */
  readonly characters?: number;
}

/**
 * The cached value of a key, made where it is not there. Where there is no more room, what has not been asked for
 * longest makes some and is handed to `drop`. A failure is not remembered.
 */
export function memoizeAsync<V>(
  cache: Map<string, Promise<V>>,
  key: string,
  { entries, characters = Infinity }: CacheLimits,
  make: () => Promise<V>,
  drop?: (value: V) => void,
): Promise<V> {
  const known = cache.get(key);
  if (known) {
    cache.delete(key);
    cache.set(key, known);
    return known;
  }
  const made = make();
  cache.set(key, made);
  made.catch(() => cache.delete(key));
  let length = characters === Infinity ? 0 : [...cache.keys()].reduce((sum, each) => sum + each.length, 0);
  for (const [oldest, value] of cache) {
    if (oldest === key || (cache.size <= entries && length <= characters)) break;
    length -= oldest.length;
    cache.delete(oldest);
    if (drop) void value.then(drop, () => undefined);
  }
  return made;
}
