import type { FileDraft } from '../../core/ports.ts';
import { DriverError } from '../../core/errors.ts';
import type { CopyRequest } from './request.ts';
import { fileError } from './file-error.ts';
import type { FileRow } from './rows.ts';

/** Where rows go that are no items. */
export interface Rejects {
  /** Writes a row down, and why it is none. */
  add(row: FileRow, error: DriverError): Promise<void>;
  count(): number;
  close(): Promise<void>;
}

/** A file with a line of JSON for each row; `again`: it goes on where an earlier run ended. */
export async function openRejects(
  { options, files: { disk } }: CopyRequest,
  again: boolean,
): Promise<Rejects> {
  const path = options.rejects;
  let file: Pick<FileDraft, 'write' | 'finish'> | undefined;
  let count = 0;
  if (path !== undefined && !again && (await disk.source(path)) !== undefined)
    throw new DriverError('FILE_EXISTS', `${path} cannot be written: there is such a file already.`, {
      remedy: 'Name another file for REJECTS.',
    });
  return {
    async add({ line, text }, { code, message: reason }) {
      count += 1;
      if (path === undefined) return;
      try {
        file ??= await disk.log(path, !again);
        await file.write(Buffer.from(`${JSON.stringify({ line, code, reason, row: text })}\n`));
      } catch (error) {
        throw fileError(error, 'written', path);
      }
    },
    count: () => count,
    close: async () => file?.finish(),
  };
}
