import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Engine, openEngine } from '../../../src/sql/engine/engine.ts';
import { createEnginePool, type EnginePool } from '../../../src/sql/engine/engine-pool.ts';
import {
  createMemoryBudget,
  type MemoryBudget,
  MIN_ENGINE_BYTES,
  processMemory,
} from '../../../src/sql/engine/memory-budget.ts';

const MB = 1024 * 1024;

/** A user of a budget, and the limit that it was last given. */
function user(fixedBytes?: number) {
  const state = { bytes: 0, refuses: false };
  return {
    state,
    ...(fixedBytes !== undefined && { fixedBytes }),
    setLimit: async (bytes: number): Promise<void> => {
      if (state.refuses && bytes < state.bytes) throw new Error('in use');
      state.bytes = bytes;
    },
  };
}

describe('a memory budget', () => {
  it('is divided equally, and again when an instance comes or goes', async () => {
    const budget = createMemoryBudget(1000 * MB);
    const [first, second] = [user(), user()];
    await budget.join(first);
    expect(first.state.bytes).toBe(1000 * MB);
    const leave = await budget.join(second);
    expect([first.state.bytes, second.state.bytes]).toEqual([500 * MB, 500 * MB]);
    await leave();
    expect(first.state.bytes).toBe(1000 * MB);
  });

  it('leaves what instances with a fixed limit do not take to the others', async () => {
    const budget = createMemoryBudget(1000 * MB);
    const [planner, shared] = [user(64 * MB), user()];
    await budget.join(shared);
    await budget.join(planner);
    expect([planner.state.bytes, shared.state.bytes]).toEqual([64 * MB, 936 * MB]);
  });

  it('gives a newcomer what is left where another cannot give memory back', async () => {
    const budget = createMemoryBudget(1000 * MB);
    const [busy, third, newcomer] = [user(), user(), user()];
    await budget.join(busy);
    await (
      await budget.join(third)
    )();
    busy.state.refuses = true;
    await budget.join(newcomer);
    expect(busy.state.bytes).toBe(1000 * MB);
    expect(newcomer.state.bytes).toBe(MIN_ENGINE_BYTES);
    busy.state.refuses = false;
    await (
      await budget.join(third)
    )();
    expect([busy.state.bytes, newcomer.state.bytes]).toEqual([500 * MB, 500 * MB]);
  });

  it('is never exceeded, however instances come and go', async () => {
    const step = fc.record({
      leaves: fc.boolean(),
      at: fc.nat(10),
      fixed: fc.option(fc.integer({ min: 40, max: 100 }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        const budget = createMemoryBudget(2000 * MB);
        const open: { user: ReturnType<typeof user>; leave: () => Promise<void> }[] = [];
        for (const { leaves, at, fixed } of steps) {
          if (leaves && open.length > 0) await open.splice(at % open.length, 1)[0]?.leave();
          else {
            const newcomer = user(fixed === undefined ? undefined : fixed * MB);
            open.push({ user: newcomer, leave: await budget.join(newcomer) });
          }
          const sum = open.reduce((total, each) => total + each.user.state.bytes, 0);
          expect(sum).toBeLessThanOrEqual(2000 * MB);
          const isShared = open.some((each) => each.user.fixedBytes === undefined);
          expect(!isShared || sum > 1999 * MB).toBe(true);
        }
      }),
    );
  });
});

const opened: { close(): unknown }[] = [];

afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

/** What DuckDB says its limit is, in bytes. */
async function limitOf(engine: Engine): Promise<number> {
  const connection = await engine.connect();
  const answer = await connection.runAndReadAll(
    "SELECT parse_formatted_bytes(current_setting('memory_limit'))",
  );
  connection.closeSync();
  return Number(answer.getRows()[0]?.[0]);
}

async function open(memory: MemoryBudget): Promise<Engine> {
  const engine = await openEngine({ memory, threads: 1 });
  opened.push(engine);
  return engine;
}

function pool(memoryLimitBytes?: number): EnginePool {
  const made = createEnginePool({ memoryLimitBytes, tempDirectory: '/tmp/dynadbc-test' });
  opened.push(made);
  return made;
}

/** DuckDB prints one decimal of a MiB. */
const near = (bytes: number): unknown => expect.closeTo(bytes / MB, 0);

describe('DuckDB instances', () => {
  it('keep to the shares of their budget', async () => {
    const memory = createMemoryBudget(800 * MB);
    const first = await open(memory);
    expect((await limitOf(first)) / MB).toEqual(near(800 * MB));
    const second = await open(memory);
    expect((await limitOf(first)) / MB).toEqual(near(400 * MB));
    expect((await limitOf(second)) / MB).toEqual(near(400 * MB));
  });

  it('are one for all databases without a limit of their own', async () => {
    const [one, other] = [pool(), pool()];
    expect(await one.shared()).toBe(await other.shared());
    await one.close();
    expect(await limitOf(await other.shared())).toBeGreaterThan(MIN_ENGINE_BYTES);
  });

  it('take no more than the part of the machine that is theirs, all together', async () => {
    const [shared, limited] = [pool(), pool(300 * MB)];
    const engines = await Promise.all([shared.shared(), limited.shared(), limited.forFile('/tmp/x')]);
    opened.push(engines[2]);
    const [first = 0, second = 0, third = 0] = await Promise.all(engines.map(limitOf));
    expect((second + third) / MB).toEqual(near(300 * MB));
    expect(first + second + third).toBeLessThanOrEqual(processMemory.totalBytes);
  });

  it('are replaced after a fatal error', async () => {
    const one = pool();
    const failed = await one.shared();
    one.discard(failed);
    const next = await one.shared();
    expect(next).not.toBe(failed);
    one.discard(failed);
    expect(await one.shared()).toBe(next);
  });
});
