import type { Readable, Writable } from 'node:stream';
import type { Credentials } from '../core/credentials.ts';
import type { Connection } from '../session/connection.ts';
import type { Finding } from '../doctor/finding.ts';
import type { Sandbox, SandboxOptions } from '../sandbox/sandbox.ts';

/** An output stream of the command line. */
export interface OutputScreen {
  readonly stream: Writable;
  /** Whether the output is a terminal, where truncation, colours and progress make sense. */
  readonly isTerminal: boolean;
  readonly colors: boolean;
  /** The current width of the terminal. */
  columns(): number;
  /** Whether a prompt is open that must not be overwritten. */
  isPrompting?(): boolean;
}

/** The command line's environment, passed in so that tests can run any command in their own process. */
export interface Io {
  readonly stdin: Readable;
  readonly stdinIsTerminal: boolean;
  /** Results only. */
  readonly stdout: OutputScreen;
  /** Everything that is not a result. */
  readonly stderr: OutputScreen;
  /** Where the shell keeps its history. */
  readonly stateDirectory: string;
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** An environment variable; undefined when it is absent or empty. */
  env(name: string): string | undefined;
  connect(connectionString: string, options: { readonly signal?: AbortSignal }): Promise<Connection>;
  /** Signs in and returns the credentials. */
  fetchCredentials(
    connectionString: string,
    options: { readonly signal?: AbortSignal },
  ): Promise<Credentials>;
  diagnose(
    connectionString: string,
    options: { readonly table?: string | undefined; readonly signal?: AbortSignal },
  ): AsyncIterable<Finding>;
  startSandbox(options: SandboxOptions): Promise<Sandbox>;
  /** Prompts the user; undefined without a terminal. */
  ask?(question: string, signal: AbortSignal): Promise<string>;
  /** Calls the listener on every Ctrl-C until the returned function is called. */
  onInterrupt(listener: () => void): () => void;
  exit(status: number): void;
}
