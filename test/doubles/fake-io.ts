import { PassThrough, Readable, type Writable } from 'node:stream';
import type { Io, OutputScreen } from '../../src/cli/io.ts';
import type { Connection } from '../../src/session/connection.ts';

/** A screen that records what is written to it. */
export interface FakeScreen extends OutputScreen {
  text(): string;
}

export interface FakeIo extends Io {
  readonly stdout: FakeScreen;
  readonly stderr: FakeScreen;
  readonly exits: number[];
  /** The connection strings that were used. */
  readonly connected: string[];
  /** All questions to the user. */
  readonly questions: string[];
  /** Presses Ctrl-C. */
  interrupt(): void;
}

export interface FakeIoOptions {
  readonly connection?: Connection;
  readonly env?: Readonly<Record<string, string>>;
  /** The input; a stream stays open until the test ends it. */
  readonly stdin?: string | Readable;
  readonly terminal?: boolean;
  readonly columns?: number;
  readonly stateDirectory?: string;
  readonly connect?: Io['connect'];
  readonly fetchCredentials?: Io['fetchCredentials'];
  readonly diagnose?: Io['diagnose'];
  readonly startSandbox?: Io['startSandbox'];
  readonly stdout?: Writable;
  /** The user's answers; absent: the user cannot be asked. */
  readonly answers?: readonly string[];
}

/** Creates the streams, environment and connections of a command line in a test. */
export function fakeIo(options: FakeIoOptions = {}): FakeIo {
  const listeners = new Set<() => void>();
  const exits: number[] = [];
  const connected: string[] = [];
  const questions: string[] = [];
  const { answers } = options;
  const env = new Map(Object.entries(options.env ?? { DYNADBC_CONNECTION: 'AWSRegion=eu-west-1' }));
  return {
    stdin: typeof options.stdin === 'object' ? options.stdin : Readable.from([options.stdin ?? '']),
    stdinIsTerminal: options.terminal ?? false,
    stdout: fakeScreen(options, options.stdout),
    stderr: fakeScreen(options),
    stateDirectory: options.stateDirectory ?? '/nowhere',
    exits,
    connected,
    questions,
    ...(answers && {
      ask: async (question: string) => {
        questions.push(question);
        return answers[questions.length - 1] ?? '';
      },
    }),
    now: () => Date.UTC(2026, 0, 1),
    env: (name) => env.get(name),
    connect: async (connectionString, connectOptions) => {
      connected.push(connectionString);
      if (options.connect) return options.connect(connectionString, connectOptions);
      return options.connection ?? failWithout('connection')();
    },
    fetchCredentials: options.fetchCredentials ?? failWithout('credentials'),
    diagnose:
      options.diagnose ??
      (() => {
        throw new Error('this test has no diagnosis');
      }),
    startSandbox: options.startSandbox ?? failWithout('sandbox'),
    onInterrupt: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    interrupt: () => {
      for (const listener of listeners) listener();
    },
    exit: (status) => void exits.push(status),
  };
}

function failWithout(what: string): () => Promise<never> {
  return async () => {
    throw new Error(`this test has no ${what}`);
  };
}

function fakeScreen(options: FakeIoOptions, stream: Writable = new PassThrough()): FakeScreen {
  const parts: string[] = [];
  if (stream instanceof PassThrough) stream.on('data', (part: Buffer) => parts.push(part.toString('utf8')));
  return {
    stream,
    isTerminal: options.terminal ?? false,
    colors: false,
    columns: () => options.columns ?? 80,
    text: () => parts.join(''),
  };
}
