import type { Writable } from 'node:stream';
import { errorCode } from '../../core/error-code.ts';

/** Writes text and waits until it was taken: this is what keeps a fast read from outrunning a slow reader. */
export type Write = (text: string) => Promise<void>;

/** A writer over a stream. A reader that has gone away fails the next write, and never the process. */
export function writer(stream: Writable): Write {
  return (text) =>
    new Promise((resolve, reject) => {
      const settle = (failure: Error | null | undefined): void => {
        // The stream tells of a failed write twice; the second time somebody must still listen.
        if (failure) return reject(failure);
        stream.off('error', settle);
        resolve();
      };
      stream.on('error', settle);
      stream.write(text, settle);
    });
}

/** Whether the failure says that nobody reads what is written, as when `head` has seen enough. */
export function isBrokenPipe(failure: unknown): boolean {
  const code = errorCode(failure);
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED';
}
