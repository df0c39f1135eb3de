/** Runs the work over all of them, so many at once. The first failure ends it: nothing new is begun. */
export async function inTurns<T>(
  all: readonly T[],
  concurrency: number,
  work: (one: T, at: number) => Promise<void>,
): Promise<void> {
  let queue = [...all.entries()];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [at, one] = next;
      try {
        await work(one, at);
      } catch (error) {
        queue = [];
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, all.length) }, worker));
}
