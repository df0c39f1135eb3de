import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DriverError } from '../../core/errors.ts';
import type { DataFiles, DirectoryEntry, SourceFile } from '../../core/ports.ts';
import { toFileError } from './file-error.ts';
import { type CopyFormat, detectFormat } from './file-format.ts';
import { matchFiles, parseFilePattern } from './file-pattern.ts';
import { type ExportPart, findS3Export } from './s3-export.ts';

/** A file to load. */
export interface DataFile {
  readonly source: SourceFile;
  /** The path in messages. */
  readonly label: string;
  /** What the manifest of an export says of it. */
  readonly part: ExportPart | undefined;
}

/** The files that a COPY FROM names. */
export interface DataSource {
  readonly files: readonly DataFile[];
  /** Without wildcards: where notes of a load are kept. */
  readonly path: string;
  /** The format that the files have by their names or manifest; undefined if they say nothing. */
  readonly format: CopyFormat | undefined;
}

/**
 * Finds the files of a path: that of a file, a folder with an export or with data files, or a pattern. `format`: the one that
 * the statement names; the files of a folder that are of another are not loaded.
 */
export async function findDataSource(
  file: string,
  disk: DataFiles,
  format: CopyFormat | undefined,
): Promise<DataSource> {
  const exported = await findS3Export(file, disk);
  if (exported !== undefined) {
    const files = await openFiles(
      exported.parts.map(({ path }) => path),
      disk,
      exported.parts,
    );
    return { files, path: disk.resolve(exported.folder), format: exported.format };
  }
  const folder = await disk.entries(file);
  if (folder !== undefined) {
    const data = folder.filter(({ kind, name }) => kind === 'file' && isDataFile(name));
    const names = selectFormat(data, format).map(({ name }) => join(file, name));
    const inside = folder.some(({ kind, name }) => kind === 'directory' && name === 'data');
    if (names.length === 0 && inside) return findDataSource(join(file, 'data'), disk, format);
    if (names.length === 0)
      throw new DriverError('FILE_NOT_FOUND', `directory "${disk.resolve(file)}" has no data files`, {
        remedy: 'Name a file, a pattern such as "folder/*.csv", or the folder of an export to S3.',
      });
    const source = await toDataSource(names, disk.resolve(file), disk);
    if (format !== undefined || source.format !== undefined) return source;
    throw new DriverError('FILE_IO', `could not read file "${source.path}": Is a directory`, {
      remedy: 'Name the FORMAT of its files, or a pattern such as "folder/*.csv".',
    });
  }
  const single = await openSource(file, disk);
  const pattern = single === undefined ? parseFilePattern(file) : undefined;
  if (single !== undefined)
    return {
      files: [{ source: single, label: file, part: undefined }],
      path: single.path,
      format: detectFormat(file).format,
    };
  if (pattern === undefined)
    throw new DriverError(
      'FILE_NOT_FOUND',
      `could not open file "${disk.resolve(file)}" for reading: No such file or directory`,
    );
  const paths = await matchFiles(pattern, disk);
  if (paths.length === 0)
    throw new DriverError('FILE_NOT_FOUND', `no file matches the pattern "${disk.resolve(file)}"`);
  const note = join(disk.resolve(pattern.base === '' ? '.' : pattern.base), hashPattern(file));
  return toDataSource(paths, note, disk);
}

/** Wildcards are not allowed in file names everywhere. */
function hashPattern(pattern: string): string {
  return createHash('sha256').update(pattern).digest('hex').slice(0, 12);
}

/** Checksums, manifests and the notes of a load are not data. */
function isDataFile(name: string): boolean {
  return !/^(?:[._]|manifest-(?:files|summary)\.)|\.(?:md5|sha256|crc|tmp|dynadbc-resume)$/i.test(name);
}

/** The files whose names say that they are of the format; if there are none, those whose names say nothing. */
function selectFormat(
  files: readonly DirectoryEntry[],
  format: CopyFormat | undefined,
): readonly DirectoryEntry[] {
  if (format === undefined) return files;
  const matching = files.filter(({ name }) => {
    const { format: detected } = detectFormat(name);
    return detected !== undefined && (detected === format || (isJson(format) && isJson(detected)));
  });
  return matching.length > 0 ? matching : files.filter(({ name }) => detectFormat(name).format === undefined);
}

function isJson(format: CopyFormat): boolean {
  return format === 'dynamodb_json' || format === 'json' || format === 'ndjson';
}

async function toDataSource(paths: readonly string[], path: string, disk: DataFiles): Promise<DataSource> {
  const formats = new Set(paths.map((each) => detectFormat(each).format));
  const [format] = formats.size === 1 ? formats : [];
  return { files: await openFiles(paths, disk), path, format };
}

async function openFiles(
  paths: readonly string[],
  disk: DataFiles,
  parts: readonly ExportPart[] = [],
): Promise<readonly DataFile[]> {
  const files: DataFile[] = [];
  for (const [i, path] of paths.entries()) {
    const source = await openSource(path, disk);
    if (source === undefined)
      throw new DriverError(
        'FILE_NOT_FOUND',
        `could not open file "${disk.resolve(path)}" for reading: No such file or directory`,
      );
    files.push({ source, label: path, part: parts[i] });
  }
  return files;
}

async function openSource(path: string, disk: DataFiles): Promise<SourceFile | undefined> {
  try {
    return await disk.source(path);
  } catch (error) {
    throw toFileError(error, 'read', disk.resolve(path));
  }
}
