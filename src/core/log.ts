/** How much is logged. Each level has what those before it have. */
export const LOG_LEVELS = [
  'connections and failures',
  'statements and what each took',
  'how statements are read, and every request with its outcome',
  'what was asked in requests that failed',
  'what was asked in every request: names, keys and values',
] as const;

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
