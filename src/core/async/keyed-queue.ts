/** A place in the queues of some names. */
export interface Ticket {
  /** Settles when everybody who came before, for one of the names, is done. */
  readonly ready: Promise<unknown>;
  /** Lets the next ones go on. */
  release(): void;
}

/** Lets work on one thing happen in the order in which turns were taken, while work on other things goes on. */
export function createKeyedQueue(): (names: readonly string[]) => Ticket {
  const last = new Map<string, Promise<void>>();
  return (names) => {
    const earlier = names.flatMap((name) => last.get(name) ?? []);
    const { own, resolve } = resolvable();
    for (const name of names) last.set(name, own);
    return {
      ready: Promise.all(earlier),
      release() {
        for (const name of names) if (last.get(name) === own) last.delete(name);
        resolve();
      },
    };
  };
}

function resolvable(): { readonly own: Promise<void>; readonly resolve: () => void } {
  const settle: { now: () => void }[] = [];
  const own = new Promise<void>((now) => {
    settle.push({ now });
  });
  return { own, resolve: () => settle.forEach(({ now }) => now()) };
}
