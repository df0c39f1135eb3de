const lines = new Map<string, Promise<unknown>>();

/** Does works of one name one after another, whatever becomes of each. */
export async function runExclusive<T>(name: string, work: () => Promise<T>): Promise<T> {
  const before = lines.get(name) ?? Promise.resolve();
  const mine = before.then(work, work);
  lines.set(name, mine);
  try {
    return await mine;
  } finally {
    if (lines.get(name) === mine) lines.delete(name);
  }
}
