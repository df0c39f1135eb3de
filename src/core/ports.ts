import type { Dispatcher } from 'undici';
import type { LogBounds, LogSink } from './log.ts';
import type { NetworkSettings } from './network-settings.ts';

/** A question to the person who signs in. */
export interface PromptRequest {
  readonly kind: 'code' | 'choice' | 'new-password';
  readonly message: string;
  /** What a choice is made of; the answer is one of them. */
  readonly choices?: readonly string[];
  /** The answer must not be shown while it is typed. */
  readonly secret?: boolean;
}

/** One side of a negotiation: what the other said goes in, what to answer comes out. */
export interface Negotiator {
  /** Both in base64. The first challenge is empty; an answer may be, at the end. */
  step(challenge: string): Promise<string>;
}

/** Begins a negotiation with the service of that host. */
export type NegotiatorFor = (host: string) => Promise<Negotiator>;

/** The world outside, handed in so that the driver itself has no clock, no files and no environment of its own. */
export interface Ports {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** A number from 0 to 1, 1 excluded; for jitter, never for secrets. */
  random(): number;
  /** An environment variable; undefined when it is absent or empty. */
  env(name: string): string | undefined;
  /** The user's home directory. */
  readonly home: string;
  /** The text of a UTF-8 file, undefined where there is none. Any other failure is thrown. */
  readFile(path: string): Promise<string | undefined>;
  /** The bytes of a file, undefined where there is none; absent: none but texts can be read. */
  readBytes?(path: string): Promise<Buffer | undefined>;
  /**
   * Runs a program without a shell. Rejects where it cannot be started, takes too long or says too much; absent where
   * programs may not be run.
   */
  run?(argv: readonly string[], bounds: ProgramBounds, signal: AbortSignal): Promise<ProgramResult>;
  /**
   * Whether the connection string comes from whoever runs this process. Absent: from anybody, so that it may name neither
   * an identity provider on this machine nor files of profiles that run programs.
   */
  readonly trusted?: boolean;
  /** The operating system by Node's name; absent: one that follows POSIX. */
  readonly platform?: string;
  /** One line for the person who is watching: a warning or a notice, never a secret. */
  warn(message: string): void;
  /** One line of news for that person; absent where nobody wants any. */
  notice?(message: string): void;
  /** Asks the person who signs in; absent where nobody listens. */
  prompt?(request: PromptRequest, signal: AbortSignal): Promise<string>;
  /** Speaks for the user of the operating system; absent: the package `kerberos` does. */
  readonly negotiatorFor?: NegotiatorFor;
  /** The connection's way to the servers; absent: directly, and to those that the usual authorities vouch for. */
  readonly network?: Network;
  /** Folders of files that people edit as well; absent where nothing may be kept on disk. */
  readonly folders?: Folders;
  /** Files with secrets in them; absent where nothing may be kept on disk. */
  readonly vault?: Vault;
  /** Files of data, in and out; absent where none may be touched. */
  readonly dataFiles?: DataFiles;
  /** Opens a log file that only the user can read, to append to it; absent where nothing may be logged. */
  openLog?(path: string, bounds: LogBounds, onFailure: (error: unknown) => void): Promise<LogSink>;
}

/** A way to servers that is not the usual one. Never used for instance metadata. */
export interface Network {
  readonly settings: NetworkSettings;
  /** Sends requests that way; whoever made it closes it. */
  readonly dispatcher: Dispatcher;
}

/** Keeps texts in files that nobody but the user can read. */
export interface Vault {
  /** Where files go whose place the user did not choose. */
  readonly directory: string;
  /** The text of a file, undefined where there is none. Rejects what others can read or could have written. */
  read(path: string): Promise<string | undefined>;
  /** Replaces the file as a whole, or leaves it as it was. */
  write(path: string, text: string): Promise<void>;
}

/** A file of a folder. The stamp changes whenever the file does. */
export interface FolderEntry {
  readonly name: string;
  readonly stamp: string;
}

/** Reads and writes the files of folders. */
export interface Folders {
  /** The ordinary files right in a folder; none where there is no such folder. */
  list(folder: string): Promise<readonly FolderEntry[]>;
  /** The text of a UTF-8 file, undefined where there is none. */
  read(path: string): Promise<string | undefined>;
  /** Replaces the file as a whole, or leaves it as it was; only the user can read it. */
  write(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
}

/** A file to read. */
export interface SourceFile {
  /** As the operating system knows it. */
  readonly path: string;
  /** In bytes; undefined for pipes and devices. */
  readonly size: number | undefined;
  /** Changes whenever the file does. */
  readonly stamp: string;
  /** Its bytes, from the beginning. */
  read(signal: AbortSignal): AsyncIterable<Buffer>;
}

/** A file that is being written: nothing stands in its place before it is finished. */
export interface FileDraft {
  /** Where its bytes go until then. */
  readonly path: string;
  write(bytes: Buffer): Promise<void>;
  finish(): Promise<void>;
  discard(): Promise<void>;
}

/** Reads and writes files whose size does not matter. */
export interface DataFiles {
  /** The full path of what a user wrote. */
  resolve(path: string): string;
  /** Undefined where there is no such file. */
  source(path: string): Promise<SourceFile | undefined>;
  /** Rejects with `EEXIST` where the file is there and is not to be replaced. */
  draft(path: string, replace: boolean): Promise<FileDraft>;
  /** Opens a file to add to its end; only the user can read it. `fresh`: rejects with `EEXIST` where it is there. */
  log(path: string, fresh: boolean): Promise<Pick<FileDraft, 'write' | 'finish'>>;
  /** Small files beside the others. */
  readonly notes: Pick<Folders, 'read' | 'write' | 'remove'>;
}

/** What a program may take. */
export interface ProgramBounds {
  readonly timeoutMs: number;
  /** Of each of its outputs. */
  readonly maxBytes: number;
}

/** How a program ended and what it said. */
export interface ProgramResult {
  /** Its exit status; null where a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
