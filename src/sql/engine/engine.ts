import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import {
  MACRO_STATEMENTS,
  PLANNING_MACRO_STATEMENTS,
  STORED_MACRO_STATEMENTS,
} from '../dialect/macro-calls.ts';
import { registerExactFunctions } from './exact-functions.ts';
import { registerFunctions, registerPlannedFunctions, registerYieldingFunctions } from './functions.ts';
import type { TimeZone } from '../../core/time-zone.ts';
import { quoteString } from '../print/quote.ts';
import { type MemoryBudget, MIN_ENGINE_BYTES, processMemory } from './memory-budget.ts';
import { PLANNING_OPTIMIZERS, POSTGRES_SETTINGS, SANDBOX_SETTINGS } from './settings.ts';

export interface EngineOptions {
  /** Where its memory comes from. Default: the budget of the process. */
  readonly memory?: MemoryBudget;
  /** Where DuckDB spills what does not fit; absent: it does not spill. */
  readonly tempDirectory?: string;
  readonly threads?: number;
  /** The one file that it may read and write; absent: none. */
  readonly file?: string;
}

/** An embedded DuckDB, in memory, set to mean what PostgreSQL means and kept from files and the network. */
export interface Engine {
  /** A new connection, which computes dates in this time zone. */
  connect(timeZone?: TimeZone): Promise<DuckDBConnection>;
  /** A name for a schema that nothing else uses. */
  newSchema(): string;
  close(): void;
}

/** The instance in which statements run over what was read. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { memory = processMemory } = options;
  const config = options.threads === undefined ? {} : { threads: String(options.threads) };
  return open(
    config,
    { memory },
    [...MACRO_STATEMENTS, ...STORED_MACRO_STATEMENTS],
    [
      ...(options.tempDirectory === undefined
        ? []
        : [`SET GLOBAL temp_directory = ${quoteString(options.tempDirectory)}`]),
      ...(options.file === undefined ? [] : [`SET GLOBAL allowed_paths = [${quoteString(options.file)}]`]),
      // Rows of a relation have no order of their own; not keeping one saves memory.
      'SET GLOBAL preserve_insertion_order = false',
    ],
    registerYieldingFunctions,
  );
}

/** The instance that only plans, over empty stubs. */
export async function openPlanningEngine(): Promise<Engine> {
  return open(
    { threads: '1' },
    { memory: processMemory, fixedBytes: PLANNER_BYTES },
    PLANNING_MACRO_STATEMENTS,
    [],
    (connection) => {
      registerFunctions(connection);
      registerPlannedFunctions(connection);
    },
    async (connection) => {
      const all = await connection.runAndReadAll('SELECT name FROM duckdb_optimizers()');
      const others = all
        .getRows()
        .map(([name]) => String(name))
        .filter((name) => !PLANNING_OPTIMIZERS.has(name));
      await connection.run(`SET GLOBAL disabled_optimizers = ${quoteString(others.join(','))}`);
    },
  );
}

/** Stubs are empty, so planning needs little. */
const PLANNER_BYTES = 64 * 1024 * 1024;

async function open(
  config: Record<string, string>,
  { memory, fixedBytes }: { readonly memory: MemoryBudget; readonly fixedBytes?: number },
  macros: readonly string[],
  settings: readonly string[],
  register: (connection: DuckDBConnection) => Promise<void> | void,
  prepare?: (connection: DuckDBConnection) => Promise<void>,
): Promise<Engine> {
  const instance = await DuckDBInstance.create(':memory:', {
    ...config,
    memory_limit: `${MIN_ENGINE_BYTES}B`,
  });
  const connection = await instance.connect();
  await register(connection);
  await registerExactFunctions(connection);
  // In one transaction, which takes half the time.
  await connection.run(['BEGIN', ...macros, 'COMMIT'].join(';'));
  await prepare?.(connection);
  for (const setting of [...settings, ...POSTGRES_SETTINGS, ...SANDBOX_SETTINGS])
    await connection.run(setting);
  let isClosed = false;
  let settingLimit = false;
  const end = (): void => {
    connection.closeSync();
    instance.closeSync();
  };
  const leave = await memory.join({
    ...(fixedBytes !== undefined && { fixedBytes }),
    async setLimit(bytes) {
      if (isClosed) return;
      settingLimit = true;
      try {
        await connection.run(`SET GLOBAL memory_limit = '${bytes}B'`);
      } finally {
        settingLimit = false;
        if (isClosed) end();
      }
    },
  });
  let schemas = 0;
  return {
    async connect(timeZone) {
      const opened = await instance.connect();
      if (timeZone === undefined) return opened;
      try {
        await opened.run(`SET SESSION TimeZone = ${quoteString(timeZone)}`);
        return opened;
      } catch (error) {
        opened.closeSync();
        throw error;
      }
    },
    newSchema: () => `s${++schemas}`,
    close() {
      if (isClosed) return;
      isClosed = true;
      void leave();
      // DuckDB must not lose a connection that still works.
      if (!settingLimit) end();
    },
  };
}
