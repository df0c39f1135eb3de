/**
 * The cached value of a key, made where it is not there. Of more than `size` values the one that has not been asked for
 * longest makes room and is handed to `drop`. A failure is not remembered.
 */
export function remember<V>(
  cache: Map<string, Promise<V>>,
  key: string,
  size: number,
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
  const [oldest] = cache.keys();
  if (cache.size > size && oldest !== undefined) {
    const value = cache.get(oldest);
    cache.delete(oldest);
    if (drop) void value?.then(drop, () => undefined);
  }
  return made;
}
