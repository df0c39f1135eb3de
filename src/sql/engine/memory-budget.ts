import { totalmem } from 'node:os';
import { constrainedMemory } from 'node:process';
import { runExclusive } from '../../core/async/keyed-mutex.ts';

/** A DuckDB instance that takes its memory from a budget. */
export interface MemoryUser {
  /** Its limit, regardless of the others; undefined: an equal share of the rest. */
  readonly fixedBytes?: number;
  /** Sets its limit. Rejects where it already uses more than that. */
  setLimit(bytes: number): Promise<void>;
}

/** Divides an amount of memory among DuckDB instances, so that their limits never add up to more. */
export interface MemoryBudget {
  readonly totalBytes: number;
  /** Sets the limits of the newcomer and of those that make room for it. The result takes it out again. */
  join(user: MemoryUser): Promise<() => Promise<void>>;
}

/** DuckDB does not work with less. Where this is more than a share, it is the exception to the budget. */
export const MIN_ENGINE_BYTES = 32 * 1024 * 1024;

let budgets = 0;

export function createMemoryBudget(totalBytes: number): MemoryBudget {
  const name = `memory budget ${(budgets += 1)}`;
  const limits = new Map<MemoryUser, number>();

  const rebalance = async (newcomer?: MemoryUser): Promise<void> => {
    const users = [...limits.keys()];
    const fixed = users.reduce((sum, { fixedBytes = 0 }) => sum + fixedBytes, 0);
    const sharing = users.filter(({ fixedBytes }) => fixedBytes === undefined);
    const share = Math.floor((totalBytes - fixed) / Math.max(1, sharing.length));
    const targetBytes = ({ fixedBytes }: MemoryUser): number =>
      Math.max(MIN_ENGINE_BYTES, fixedBytes ?? share);
    const change = async (user: MemoryUser, bytes: number): Promise<void> => {
      if (limits.get(user) === bytes) return;
      await user.setLimit(bytes);
      limits.set(user, bytes);
    };
    const isShrinking = (user: MemoryUser): boolean => (limits.get(user) ?? 0) > targetBytes(user);
    // An instance that cannot give memory back keeps it until the next change.
    for (const user of users.filter(isShrinking))
      await change(user, targetBytes(user)).catch(() => undefined);
    for (const user of users) {
      if (isShrinking(user)) continue;
      const others = users.reduce((sum, each) => sum + (each === user ? 0 : (limits.get(each) ?? 0)), 0);
      await change(user, Math.max(MIN_ENGINE_BYTES, Math.min(targetBytes(user), totalBytes - others))).catch(
        (error: unknown) => {
          // Another instance may be closing; only the newcomer's failure matters.
          if (user === newcomer) throw error;
        },
      );
    }
  };

  return {
    totalBytes,
    async join(user) {
      await runExclusive(name, async () => {
        limits.set(user, 0);
        try {
          await rebalance(user);
        } catch (error) {
          limits.delete(user);
          throw error;
        }
      });
      return () => {
        limits.delete(user);
        return runExclusive(name, () => rebalance());
      };
    },
  };
}

/** The part of the machine's memory that the DuckDB instances of the process may take together. */
const SHARE_OF_MACHINE = 0.6;

/** What all DuckDB instances of this process take their memory from: a part of what the machine or container has. */
export const processMemory: MemoryBudget = createMemoryBudget(Math.floor(machineBytes() * SHARE_OF_MACHINE));

/** Without a limit, `constrainedMemory` returns 0 or more than the machine has. */
function machineBytes(): number {
  const constrained = constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
