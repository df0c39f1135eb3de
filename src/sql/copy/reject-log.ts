import type { FileDraft } from '../../core/ports.ts';
import { DriverError } from '../../core/errors.ts';
import type { CopyRequest } from './options.ts';
import { toFileError } from './file-error.ts';
import type { FileRow } from './file-rows.ts';

/** Counts the invalid rows of a load, and writes them to a file. */
export interface RejectLog {
  /** Records a row with its error; `file`: where it is, if several files are loaded. */
  add(row: FileRow, error: DriverError, file: string | undefined): Promise<void>;
  count(): number;
  close(): Promise<void>;
}

/** Opens the REJECTS file, which gets a line of JSON per row; `append`: a resumed load continues the existing file. */
export async function openRejectLog(
  { options, files: { disk } }: CopyRequest,
  append: boolean,
): Promise<RejectLog> {
  const path = options.rejects;
  let file: Pick<FileDraft, 'write' | 'finish'> | undefined;
  let count = 0;
  if (path !== undefined && !append && (await disk.source(path)) !== undefined)
    throw new DriverError('FILE_EXISTS', `could not open file "${path}" for writing: File exists`, {
      remedy: 'Name another file for REJECTS.',
    });
  return {
    async add({ line, text }, { code, message: reason }, source) {
      count += 1;
      if (path === undefined) return;
      try {
        file ??= await disk.log(path, !append);
        await file.write(Buffer.from(`${JSON.stringify({ file: source, line, code, reason, row: text })}\n`));
      } catch (error) {
        throw toFileError(error, 'write', path);
      }
    },
    count: () => count,
    close: async () => file?.finish(),
  };
}
