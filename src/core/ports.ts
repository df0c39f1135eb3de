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
  /** One line for the person who is watching: a warning or a notice, never a secret. */
  warn(message: string): void;
}
