import type { Readable, Writable } from 'node:stream';
import type { Credentials } from '../core/credentials.ts';
import type { Connection } from '../session/connection.ts';
import type { Finding } from '../doctor/finding.ts';
import type { Sandbox, SandboxOptions } from '../sandbox/sandbox.ts';

/** One of the two places the command line writes to. */
export interface Screen {
  readonly stream: Writable;
  /** A person is watching: truncation, colours and progress make sense. */
  readonly isTerminal: boolean;
  readonly colors: boolean;
  /** The terminal's width now; it changes as windows do. */
  columns(): number;
  /** A question is open there, and nothing may be drawn over it. */
  isAsking?(): boolean;
}

/** The outside world of the command line, handed in so that a test can run any command in its own process. */
export interface Io {
  readonly stdin: Readable;
  readonly stdinIsTerminal: boolean;
  /** Results, and nothing else. */
  readonly stdout: Screen;
  /** Everything that is not a result. */
  readonly stderr: Screen;
  /** Where the shell keeps its history. */
  readonly stateDirectory: string;
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** An environment variable; undefined when it is absent or empty. */
  env(name: string): string | undefined;
  connect(connectionString: string, options: { readonly signal?: AbortSignal }): Promise<Connection>;
  /** Signs in and gives the credentials themselves. */
  fetchCredentials(
    connectionString: string,
    options: { readonly signal?: AbortSignal },
  ): Promise<Credentials>;
  diagnose(
    connectionString: string,
    options: { readonly table?: string | undefined; readonly signal?: AbortSignal },
  ): AsyncIterable<Finding>;
  startSandbox(options: SandboxOptions): Promise<Sandbox>;
  /** Asks the person at the terminal; absent where nobody is there. */
  ask?(question: string, signal: AbortSignal): Promise<string>;
  /** Calls the listener at every Ctrl-C until the returned function is called. */
  onInterrupt(listener: () => void): () => void;
  exit(status: number): void;
}
