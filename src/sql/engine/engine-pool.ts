import type { Engine } from './engine.ts';
import { loadEngine } from './load-engine.ts';
import { createMemoryBudget, type MemoryBudget, processMemory } from './memory-budget.ts';

export interface EnginePoolOptions {
  /** Maximum memory of the database's engines together; undefined: they share what the process has. */
  readonly memoryLimitBytes?: number | undefined;
  /** The folder to which DuckDB spills what does not fit. */
  readonly tempDirectory: string;
}

/** The DuckDB instances of one database. */
export interface EnginePool {
  /** The instance for its statements, opened with the first of them. */
  shared(): Promise<Engine>;
  /** Stops using an instance that DuckDB has given up after a fatal error; `shared` opens another. */
  discard(engine: Engine): void;
  /** A new instance that may read and write this one file; closed by the caller. */
  forFile(file: string): Promise<Engine>;
  close(): Promise<void>;
}

interface Lease {
  readonly engine: Promise<Engine>;
  opened?: Engine;
  holders: number;
}

/** Databases without a limit of their own use one instance per process and folder: idle ones then hold no memory back. */
const leases = new Map<string, Lease>();

export function createEnginePool({ memoryLimitBytes, tempDirectory }: EnginePoolOptions): EnginePool {
  let memory: Promise<{ readonly budget: MemoryBudget; readonly leave: () => Promise<void> }> | undefined;
  const ownMemory = (bytes: number): NonNullable<typeof memory> =>
    (memory ??= (async () => {
      const leave = await processMemory.join({ fixedBytes: bytes, setLimit: () => Promise.resolve() });
      return { budget: createMemoryBudget(bytes), leave };
    })());
  const open = async (file?: string): Promise<Engine> => {
    const { openEngine } = await loadEngine();
    return openEngine({
      memory: memoryLimitBytes === undefined ? processMemory : (await ownMemory(memoryLimitBytes)).budget,
      tempDirectory,
      ...(file !== undefined && { file }),
    });
  };
  let held: Lease | undefined;

  return {
    shared() {
      if (held === undefined) {
        const known = memoryLimitBytes === undefined ? leases.get(tempDirectory) : undefined;
        const lease = known ?? { engine: open(), holders: 0 };
        lease.holders += 1;
        held = lease;
        if (memoryLimitBytes === undefined) leases.set(tempDirectory, lease);
        void track(lease);
      }
      return held.engine;
    },
    discard(engine) {
      if (held?.opened !== engine) return;
      forget(held);
      void release();
    },
    forFile: open,
    async close() {
      await release();
      await (await memory)?.leave();
    },
  };

  async function track(lease: Lease): Promise<void> {
    try {
      lease.opened = await lease.engine;
    } catch {
      // The caller of `shared` gets the failure; the next call tries again.
      if (held === lease) held = undefined;
      forget(lease);
    }
  }

  async function release(): Promise<void> {
    const lease = held;
    held = undefined;
    if (lease === undefined) return;
    lease.holders -= 1;
    if (lease.holders > 0) return;
    forget(lease);
    (await lease.engine.catch(() => undefined))?.close();
  }

  function forget(lease: Lease): void {
    if (leases.get(tempDirectory) === lease) leases.delete(tempDirectory);
  }
}
