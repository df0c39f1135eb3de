import type { Ports } from '../../src/core/ports.ts';

/** A world made of what a test hands in; warnings are collected. */
export interface FakePorts extends Ports {
  readonly warnings: string[];
  /** Lets time pass. */
  advance(ms: number): void;
}

/** Files by path, environment variables by name; the clock stands still until it is advanced. */
export function fakePorts(
  world: {
    readonly files?: Readonly<Record<string, string>>;
    readonly env?: Readonly<Record<string, string>>;
    /** Paths that cannot be read. */
    readonly forbidden?: readonly string[];
    /** Runs programs; absent: none may be run. */
    readonly run?: NonNullable<Ports['run']>;
    readonly platform?: string;
    /** Answers questions; absent: nobody listens. */
    readonly prompt?: NonNullable<Ports['prompt']>;
    /** Files with secrets by path, which writes change; absent: nothing may be kept. */
    readonly vault?: Map<string, string>;
    /** False: the string comes from anybody, so that it may not name providers on this machine, where the doubles are. */
    readonly trusted?: boolean;
  } = {},
): FakePorts {
  const files = new Map(Object.entries(world.files ?? {}));
  const env = new Map(Object.entries(world.env ?? {}));
  const warnings: string[] = [];
  let now = Date.UTC(2026, 0, 1);
  return {
    now: () => now,
    random: () => 0.5,
    env: (name) => env.get(name) || undefined,
    home: '/home/ana',
    trusted: world.trusted ?? true,
    async readFile(path) {
      if (world.forbidden?.includes(path)) throw new Error('permission denied');
      return files.get(path);
    },
    ...(world.run === undefined ? {} : { run: world.run }),
    ...(world.platform === undefined ? {} : { platform: world.platform }),
    ...(world.prompt === undefined ? {} : { prompt: world.prompt }),
    ...(world.vault === undefined ? {} : { vault: vaultOf(world.vault) }),
    warn: (message) => void warnings.push(message),
    warnings,
    advance(ms) {
      now += ms;
    },
  };
}

function vaultOf(files: Map<string, string>): NonNullable<Ports['vault']> {
  return {
    directory: '/state',
    read: async (path) => files.get(path),
    write: async (path, text) => void files.set(path, text),
  };
}
