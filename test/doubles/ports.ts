import type { Ports } from '../../src/core/ports.ts';
import { noWait } from '../support/no-wait.ts';

/** Ports whose clock advances only in waits, which end immediately. */
export interface FakePorts extends Ports {
  /** All warnings. */
  readonly warnings: string[];
  /** Advances the clock. */
  advance(ms: number): void;
}

/** Creates ports with these files by path and environment variables by name. */
export function fakePorts(
  options: {
    readonly files?: Readonly<Record<string, string>>;
    readonly env?: Readonly<Record<string, string>>;
    /** Paths that cannot be read. */
    readonly forbidden?: readonly string[];
    /** Runs programs; absent: running programs is not allowed. */
    readonly run?: NonNullable<Ports['run']>;
    readonly platform?: string;
    /** Answers prompts; absent: prompting is not possible. */
    readonly prompt?: NonNullable<Ports['prompt']>;
    /** Files with secrets by path, which writes change; absent: nothing may be stored. */
    readonly vault?: Map<string, string>;
    /** False: the connection string may not name providers on this machine, such as the doubles. */
    readonly trusted?: boolean;
  } = {},
): FakePorts {
  const files = new Map(Object.entries(options.files ?? {}));
  const env = new Map(Object.entries(options.env ?? {}));
  const warnings: string[] = [];
  let now = Date.UTC(2026, 0, 1);
  return {
    now: () => now,
    async wait(ms, signal) {
      await noWait(ms, signal);
      now += ms;
    },
    random: () => 0.5,
    env: (name) => env.get(name) || undefined,
    home: '/home/ana',
    trusted: options.trusted ?? true,
    async readFile(path) {
      if (options.forbidden?.includes(path)) throw new Error('permission denied');
      return files.get(path);
    },
    ...(options.run === undefined ? {} : { run: options.run }),
    ...(options.platform === undefined ? {} : { platform: options.platform }),
    ...(options.prompt === undefined ? {} : { prompt: options.prompt }),
    ...(options.vault === undefined ? {} : { vault: createVault(options.vault) }),
    warn: (message) => void warnings.push(message),
    warnings,
    advance(ms) {
      now += ms;
    },
  };
}

function createVault(files: Map<string, string>): NonNullable<Ports['vault']> {
  return {
    directory: '/state',
    read: async (path) => files.get(path),
    write: async (path, text) => void files.set(path, text),
  };
}
