/** A place in the queues of some keys. */
export interface Ticket {
  /** Resolves when all earlier tickets for any of the keys are released. */
  readonly ready: Promise<unknown>;
  /** Lets the next tickets proceed. */
  release(): void;
}

/** Orders work by key: tickets for the same key become ready in the order in which they were taken. */
export function createKeyedQueue(): (keys: readonly string[]) => Ticket {
  const last = new Map<string, Promise<void>>();
  return (keys) => {
    const earlier = keys.flatMap((key) => last.get(key) ?? []);
    let resolve!: () => void;
    const released = new Promise<void>((done) => {
      resolve = done;
    });
    for (const key of keys) last.set(key, released);
    return {
      ready: Promise.all(earlier),
      release() {
        for (const key of keys) if (last.get(key) === released) last.delete(key);
        resolve();
      },
    };
  };
}

const takeTicket = createKeyedQueue();

/** Runs tasks with the same key sequentially, across the process; a failure does not stop the next. */
export async function runExclusive<T>(key: string, work: () => Promise<T>): Promise<T> {
  const ticket = takeTicket([key]);
  try {
    await ticket.ready;
    return await work();
  } finally {
    ticket.release();
  }
}
