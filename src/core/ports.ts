import type { Dispatcher } from 'undici';
import type { LogBounds, LogSink } from './log.ts';
import type { NetworkSettings } from './network-settings.ts';

/** A question to the user who signs in. */
export interface PromptRequest {
  readonly kind: 'code' | 'choice' | 'new-password';
  readonly message: string;
  /** The options of a choice; the answer is one of them. */
  readonly choices?: readonly string[];
  /** Whether to hide the input. */
  readonly secret?: boolean;
}

/** The client side of a SPNEGO negotiation. */
export interface Negotiator {
  /** Takes the server's token and returns the next one, both in base64. The first is empty; the last answer may be. */
  step(challenge: string): Promise<string>;
}

/** Starts a negotiation with the service on a host. */
export type NegotiatorFor = (host: string) => Promise<Negotiator>;

/** Access to the outside world: the driver uses no clock, file, program or environment variable except through this. */
export interface Ports {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Waits without keeping the process alive. Rejects when the signal is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** A random number from 0 (inclusive) to 1 (exclusive); for jitter, never for secrets. */
  random(): number;
  /** An environment variable; undefined if it is unset or empty. */
  env(name: string): string | undefined;
  /** The user's home directory. */
  readonly home: string;
  /** The contents of a UTF-8 file; undefined if it does not exist. Throws any other failure. */
  readFile(path: string): Promise<string | undefined>;
  /** The bytes of a file; undefined if it does not exist. Absent where only text files can be read. */
  readBytes?(path: string): Promise<Buffer | undefined>;
  /**
   * Runs a program without a shell. Rejects if it cannot be started or exceeds the limits. Absent where running programs
   * is not allowed.
   */
  run?(argv: readonly string[], bounds: ProgramBounds, signal: AbortSignal): Promise<ProgramResult>;
  /**
   * Whether the connection string comes from the user of this process. If absent it is untrusted: it may name neither an
   * identity provider on this machine nor profile files that run programs.
   */
  readonly trusted?: boolean;
  /** The operating system as in `process.platform`; POSIX if absent. */
  readonly platform?: string;
  /** Shows the user one line, a warning. Never contains a secret. */
  warn(message: string): void;
  /** Shows the user one line of information, such as a request to approve a sign-in. */
  notice?(message: string): void;
  /** Asks the user who signs in; absent in unattended processes. */
  prompt?(request: PromptRequest, signal: AbortSignal): Promise<string>;
  /** Authenticates as the user of the operating system; the `kerberos` package by default. */
  readonly negotiatorFor?: NegotiatorFor;
  /** How this connection reaches servers; by default directly, trusting the usual certificate authorities. */
  readonly network?: Network;
  /** Directories whose files the user may also edit (schemas); absent where nothing may be stored on disk. */
  readonly folders?: Folders;
  /** Files that contain secrets; absent where nothing may be stored on disk. */
  readonly vault?: Vault;
  /** Data files for import and export; absent where file access is not allowed. */
  readonly dataFiles?: DataFiles;
  /** Opens a log file for appending that only the user can read; absent where logging is not possible. */
  openLog?(path: string, bounds: LogBounds, onFailure: (error: unknown) => void): Promise<LogSink>;
}

/** Network settings and the dispatcher that applies them. Never used for instance metadata. */
export interface Network {
  readonly settings: NetworkSettings;
  /** Closed by its creator. */
  readonly dispatcher: Dispatcher;
}

/** Stores secrets in files that only the user can read. */
export interface Vault {
  /** The default directory. */
  readonly directory: string;
  /** The contents of a file; undefined if it does not exist. Rejects if other users could read or write it. */
  read(path: string): Promise<string | undefined>;
  /** Replaces the file atomically. */
  write(path: string, text: string): Promise<void>;
}

/** A file in a directory. The stamp changes whenever the file does. */
export interface FolderEntry {
  readonly name: string;
  readonly stamp: string;
}

/** Reads and writes files in directories. */
export interface Folders {
  /** The regular files directly in a directory; none if it does not exist. */
  list(folder: string): Promise<readonly FolderEntry[]>;
  /** The contents of a UTF-8 file; undefined if it does not exist. */
  read(path: string): Promise<string | undefined>;
  /** Replaces the file atomically; only the user can read it. */
  write(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
}

/** A data file to read. */
export interface SourceFile {
  /** The absolute path. */
  readonly path: string;
  /** In bytes; undefined for pipes and devices. */
  readonly size: number | undefined;
  /** Changes whenever the file does. */
  readonly stamp: string;
  /** Streams the file from its beginning. */
  read(signal: AbortSignal): AsyncIterable<Buffer>;
}

/** An entry of a directory. Symbolic links are what they point to, except that links to directories are `other`. */
export interface DirectoryEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'other';
}

/** A file being written; it appears under its name when it is finished. */
export interface FileDraft {
  /** The temporary file that is written until then. */
  readonly path: string;
  write(bytes: Buffer): Promise<void>;
  /** The end of the file, for formats that have their directory there; absent for pipes and devices. */
  readonly end?: FileEnd;
  finish(): Promise<void>;
  discard(): Promise<void>;
}

/** The last bytes of a file that is being written. */
export interface FileEnd {
  read(bytes: number): Promise<Buffer>;
  /** Replaces as many of the last bytes. */
  replace(bytes: number, end: Buffer): Promise<void>;
}

/** Reads and writes files of any size. */
export interface DataFiles {
  /** The absolute path of a path written by the user. */
  resolve(path: string): string;
  /** Undefined if the file does not exist. Rejects with `EISDIR` for a directory. */
  source(path: string): Promise<SourceFile | undefined>;
  /** The entries of a directory by name; undefined if the path is not a directory. */
  entries(path: string): Promise<readonly DirectoryEntry[] | undefined>;
  /** Rejects with `EEXIST` if the file exists and `replace` is false. */
  draft(path: string, replace: boolean): Promise<FileDraft>;
  /** Opens a file for appending that only the user can read. `fresh`: rejects with `EEXIST` if it exists. */
  log(path: string, fresh: boolean): Promise<Pick<FileDraft, 'write' | 'finish'>>;
  /** Small files next to the data files, such as the position of an interrupted load. */
  readonly notes: Pick<Folders, 'read' | 'write' | 'remove'>;
}

/** The limits of a program run by the driver. */
export interface ProgramBounds {
  readonly timeoutMs: number;
  /** The maximum size of stdout, and of stderr. */
  readonly maxBytes: number;
}

/** The outcome of a program. */
export interface ProgramResult {
  /** The exit status; null if the program was killed by a signal. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
