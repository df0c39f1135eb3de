/**
 * Log verbosity, each level including those below: 1 connections and failures; 2 statements with duration and cost;
 * 3 access paths and the outcome of every request; 4 the input of failed requests; 5 the input of all requests.
 */
export type LogLevel = 1 | 2 | 3 | 4 | 5;

/** The parts of the driver that log. */
export const LOG_MODULES = ['session', 'sql', 'dynamo'] as const;

export type LogModule = (typeof LOG_MODULES)[number];

/** A log with a level for each module. */
export interface Log {
  wants(level: LogLevel, module: LogModule): boolean;
  write(level: LogLevel, module: LogModule, text: string): void;
  /** Resolves when everything is written. */
  close(): Promise<void>;
}

/** The destination of log lines. */
export interface LogSink {
  write(line: string): void;
  close(): Promise<void>;
}

export interface LogBounds {
  /** The log rotates before a file exceeds this size. */
  readonly maxBytes: number;
  /** The number of files to keep, including the current one. */
  readonly maxFiles: number;
}
