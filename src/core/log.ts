/**
 * How much is logged, each level with what those before it have: 1 connections and failures; 2 statements and what each
 * took; 3 access paths and every request with its outcome; 4 what failed requests asked; 5 what all of them asked.
 */
export type LogLevel = 1 | 2 | 3 | 4 | 5;

/** The parts of the driver that log. */
export const LOG_MODULES = ['session', 'sql', 'dynamo'] as const;

export type LogModule = (typeof LOG_MODULES)[number];

/** Takes what may be of interest later. */
export interface Log {
  wants(level: LogLevel, module: LogModule): boolean;
  write(level: LogLevel, module: LogModule, text: string): void;
  /** Comes to its end when everything is written. */
  close(): Promise<void>;
}

/** Where lines go. */
export interface LogSink {
  write(line: string): void;
  close(): Promise<void>;
}

export interface LogBounds {
  /** Before a file grows beyond it, another is begun. */
  readonly maxBytes: number;
  /** The files that are kept, the current one included. */
  readonly maxFiles: number;
}
