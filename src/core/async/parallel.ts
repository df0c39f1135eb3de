/**
 * Runs work on the items, at most `concurrency` at once, starting in their order. The first failure stops further items
 * from starting; it is thrown when all that had started have ended.
 */
export async function inParallel<T>(
  items: AsyncIterable<T> | Iterable<T>,
  concurrency: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const source = (async function* () {
    yield* items;
  })();
  let failure: { readonly error: unknown } | undefined;
  const worker = async (): Promise<void> => {
    while (failure === undefined) {
      try {
        const next = await source.next();
        if (next.done === true) return;
        await work(next.value);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, concurrency) }, worker));
  await source.return(undefined);
  if (failure !== undefined) throw failure.error;
}
