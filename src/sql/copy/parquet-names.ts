import { DriverError } from '../../core/errors.ts';
import type { FileDraft } from '../../core/ports.ts';
import { foldCase } from '../bind/suggestions.ts';
import { replaceColumnNames } from './thrift-names.ts';

/** A Parquet file ends with its metadata, the length of that, and "PAR1". */
const MAGIC = Buffer.from('PAR1');
const TRAILER_BYTES = 8;

/**
 * The names that DuckDB writes to a Parquet file. It cannot write names that differ only in case: such files get other names,
 * which `restoreColumnNames` replaces.
 */
export function toDistinctNames(names: readonly string[]): readonly string[] {
  const isDistinct = new Set(names.map(foldCase)).size === names.length;
  return isDistinct ? names : names.map((_, i) => `column ${i} of ${names.length}`);
}

/** Replaces the names in a written file by those of the columns. */
export async function restoreColumnNames(
  draft: FileDraft,
  written: readonly string[],
  names: readonly string[],
): Promise<void> {
  if (written === names) return;
  const { end } = draft;
  if (end === undefined)
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      'columns whose names differ only in case can be written to Parquet in regular files only',
      { remedy: 'Rename one of the columns: SELECT ... AS name.' },
    );
  const trailer = await end.read(TRAILER_BYTES);
  const length = trailer.readUInt32LE();
  const all = await end.read(length + TRAILER_BYTES);
  const replacements = new Map(written.map((name, i) => [name, names[i] ?? '']));
  const metadata = replaceColumnNames(all.subarray(0, length), replacements);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(metadata.length);
  await end.replace(all.length, Buffer.concat([metadata, size, MAGIC]));
}
