/** The size of a cache. */
export interface CacheLimits {
  readonly entries: number;
  /** The total length of the keys, for keys (such as SQL) whose values grow with them. */
  readonly characters?: number;
}

/** The value of a key, which becomes the most recently used. */
export function getRecent<V>(cache: Map<string, V>, key: string): V | undefined {
  const value = cache.get(key);
  if (value === undefined) return undefined;
  cache.delete(key);
  cache.set(key, value);
  return value;
}

/** Sets a value as the most recently used, and evicts the least recently used ones beyond the limits. */
export function setRecent<V>(
  cache: Map<string, V>,
  key: string,
  value: V,
  { entries, characters = Infinity }: CacheLimits,
  onEvict?: (value: V) => void,
): void {
  cache.delete(key);
  cache.set(key, value);
  let length = characters === Infinity ? 0 : [...cache.keys()].reduce((sum, each) => sum + each.length, 0);
  for (const [oldest, evicted] of cache) {
    if (oldest === key || (cache.size <= entries && length <= characters)) break;
    length -= oldest.length;
    cache.delete(oldest);
    onEvict?.(evicted);
  }
}

/** Returns the cached value, or computes and caches it. A failure is not cached. */
export function memoizeAsync<V>(
  cache: Map<string, Promise<V>>,
  key: string,
  limits: CacheLimits,
  compute: () => Promise<V>,
  onEvict?: (value: V) => void,
): Promise<V> {
  const cached = getRecent(cache, key);
  if (cached) return cached;
  const computed = compute();
  setRecent(cache, key, computed, limits, (evicted) => {
    if (onEvict) void evicted.then(onEvict, () => undefined);
  });
  computed.catch(() => {
    if (cache.get(key) === computed) cache.delete(key);
  });
  return computed;
}
