import type { Writable } from 'node:stream';
import { getErrorCode } from '../../core/error-code.ts';

/** Writes text and waits until it is accepted, so that a slow reader slows down the reads. */
export type Write = (text: string) => Promise<void>;

/** A writer over a stream. A closed pipe fails the next write instead of the process. */
export function createWriter(stream: Writable): Write {
  return (text) =>
    new Promise((resolve, reject) => {
      const settle = (failure: Error | null | undefined): void => {
        // A stream reports a failed write twice; the listener must stay for the second report.
        if (failure) return reject(failure);
        stream.off('error', settle);
        resolve();
      };
      stream.on('error', settle);
      stream.write(text, settle);
    });
}

/** Whether the reader has closed the pipe, as `head` does. */
export function isBrokenPipe(failure: unknown): boolean {
  const code = getErrorCode(failure);
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED';
}
