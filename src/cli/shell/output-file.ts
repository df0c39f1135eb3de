import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { messageOf } from '../../core/errors.ts';
import type { Screen } from '../io.ts';
import { UsageError } from '../usage-error.ts';

/** A file in the place of standard output. */
export interface OutputFile {
  readonly screen: Screen;
  /** When everything is written. */
  close(): Promise<void>;
}

/** Opens a file for results; what it held is gone. */
export async function openOutput(path: string): Promise<OutputFile> {
  const stream = createWriteStream(path);
  try {
    await once(stream, 'open');
  } catch (failure) {
    throw new UsageError(`${path} cannot be written: ${messageOf(failure)}.`, 'Check the path after \\o.');
  }
  return {
    screen: { stream, isTerminal: false, colors: false, columns: () => 80 },
    async close() {
      stream.end();
      await once(stream, 'close');
    },
  };
}
