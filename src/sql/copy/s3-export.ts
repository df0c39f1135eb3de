import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { DriverError } from '../../core/errors.ts';
import type { DataFiles, DirectoryEntry, SourceFile } from '../../core/ports.ts';
import { readObject } from '../../dynamo/lint/lint-report.ts';
import { throwIfCancelled } from '../../dynamo/transport/service-errors.ts';
import { toFileError } from './file-error.ts';
import { detectFormat } from './file-format.ts';

const SUMMARY = 'manifest-summary.json';
const FILE_LIST = 'manifest-files.json';
const EXPORTS_FOLDER = 'AWSDynamoDB';
const DATA_FOLDER = 'data';

/** A data file of an export, with what its manifest says of it. */
export interface ExportPart {
  readonly path: string;
  readonly itemCount: number | undefined;
  /** Hexadecimal MD5 of the bytes in the file; `ofParts`: the MD5 of that, as S3 computes it for an upload in one part. */
  readonly checksum: { readonly md5: string; readonly ofParts: boolean } | undefined;
}

/** An export of a table to S3, as it lies in a folder. */
export interface S3Export {
  readonly folder: string;
  readonly format: 'dynamodb_json' | 'ion';
  readonly parts: readonly ExportPart[];
}

/**
 * The export whose manifest is in a folder, or in the only export below it; undefined if there is none. The path may also be
 * that of the manifest.
 */
export async function findS3Export(path: string, disk: DataFiles): Promise<S3Export | undefined> {
  const name = basename(path);
  const folder = name === SUMMARY || name === FILE_LIST ? dirname(path) : path;
  const exportFolder = await findExportFolder(folder, disk);
  return exportFolder === undefined ? undefined : readManifest(exportFolder, disk);
}

async function findExportFolder(folder: string, disk: DataFiles): Promise<string | undefined> {
  const entries = (await disk.entries(folder)) ?? [];
  if (hasManifest(entries)) return folder;
  if (basename(folder) !== EXPORTS_FOLDER)
    return hasFolder(entries, EXPORTS_FOLDER)
      ? findExportFolder(join(folder, EXPORTS_FOLDER), disk)
      : undefined;
  const exports: string[] = [];
  for (const { name, kind } of entries)
    if (kind === 'directory' && hasManifest((await disk.entries(join(folder, name))) ?? []))
      exports.push(name);
  if (exports.length > 1)
    throw new DriverError('SQL_BAD_ARGUMENT', `"${folder}" has ${exports.length} exports`, {
      candidates: exports,
      remedy: `Name the folder of one: ${exports.slice(0, 3).join(', ')}.`,
    });
  return exports[0] === undefined ? undefined : join(folder, exports[0]);
}

function hasManifest(entries: readonly DirectoryEntry[]): boolean {
  return entries.some(({ name, kind }) => name === FILE_LIST && kind === 'file');
}

function hasFolder(entries: readonly DirectoryEntry[], folder: string): boolean {
  return entries.some(({ name, kind }) => name === folder && kind === 'directory');
}

async function readManifest(folder: string, disk: DataFiles): Promise<S3Export> {
  const summary = parseManifestLine((await readText(join(folder, SUMMARY), disk)) ?? '{}', folder, SUMMARY);
  const list = (await readText(join(folder, FILE_LIST), disk)) ?? '';
  const lines = list.split('\n').filter((line) => line.trim() !== '');
  const parts: ExportPart[] = [];
  for (const line of lines)
    parts.push(await findPart(parseManifestLine(line, folder, FILE_LIST), folder, disk));
  const isIon =
    summary['outputFormat'] === 'ION' || parts.some(({ path }) => detectFormat(path).format === 'ion');
  return { folder, format: isIon ? 'ion' : 'dynamodb_json', parts };
}

async function readText(path: string, disk: DataFiles): Promise<string | undefined> {
  try {
    const file = await disk.source(path);
    if (file === undefined) return undefined;
    const chunks: Buffer[] = [];
    for await (const chunk of file.read(new AbortController().signal)) chunks.push(chunk);
    return Buffer.concat(chunks).toString('utf8');
  } catch (error) {
    throw toFileError(error, 'read', path);
  }
}

function parseManifestLine(text: string, folder: string, name: string): Readonly<Record<string, unknown>> {
  try {
    return readObject(JSON.parse(text));
  } catch (error) {
    throw new DriverError('FILE_FORMAT', `"${join(folder, name)}" is not a manifest of an export`, {
      cause: error,
    });
  }
}

/** Full exports have their data in the folder of the manifest, incremental ones beside it; downloads may have flattened it. */
async function findPart(
  { dataFileS3Key: key, itemCount, md5Checksum, etag }: Readonly<Record<string, unknown>>,
  folder: string,
  disk: DataFiles,
): Promise<ExportPart> {
  if (typeof key !== 'string')
    throw new DriverError('FILE_FORMAT', `"${join(folder, FILE_LIST)}" has a line without a dataFileS3Key`);
  // Only the name of the file counts: the manifest must not lead to files outside of the export.
  const name = basename(key);
  for (const path of [
    join(folder, DATA_FOLDER, name),
    join(dirname(folder), DATA_FOLDER, name),
    join(folder, name),
  ])
    if ((await disk.source(path)) !== undefined)
      return {
        path,
        itemCount: typeof itemCount === 'number' ? itemCount : undefined,
        checksum: readChecksum(md5Checksum, etag),
      };
  throw new DriverError('FILE_NOT_FOUND', `the export in "${folder}" lacks its file "${name}"`, {
    remedy: `Download all files that ${FILE_LIST} lists.`,
  });
}

function readChecksum(md5Checksum: unknown, etag: unknown): ExportPart['checksum'] {
  const md5 = typeof md5Checksum === 'string' ? Buffer.from(md5Checksum, 'base64') : undefined;
  if (md5?.length === 16) return { md5: md5.toString('hex'), ofParts: false };
  // Objects of several parts have an ETag that depends on their sizes.
  const tag = typeof etag === 'string' ? /^"?([\da-f]{32})(-1)?"?$/.exec(etag) : null;
  return tag?.[1] === undefined ? undefined : { md5: tag[1], ofParts: tag[2] !== undefined };
}

/** Throws if a file of an export differs from its checksum in the manifest. */
export async function verifyPart(
  { checksum }: ExportPart,
  file: SourceFile,
  signal: AbortSignal,
): Promise<void> {
  if (checksum === undefined) return;
  const hash = createHash('md5');
  try {
    for await (const chunk of file.read(signal)) hash.update(chunk);
  } catch (error) {
    throwIfCancelled(signal);
    throw toFileError(error, 'read', file.path);
  }
  const digest = hash.digest();
  const md5 = checksum.ofParts ? createHash('md5').update(digest).digest() : digest;
  if (md5.toString('hex') !== checksum.md5)
    throw new DriverError('FILE_FORMAT', `"${file.path}" differs from its checksum in ${FILE_LIST}`, {
      remedy: 'Download the file again.',
    });
}

/** Throws if a file of an export has another number of items than its manifest says. */
export function assertItemCount({ path, itemCount }: ExportPart, items: number): void {
  if (itemCount !== undefined && itemCount !== items)
    throw new DriverError('FILE_FORMAT', `"${path}" has ${items} items, but ${FILE_LIST} says ${itemCount}`, {
      remedy: 'Download the file again.',
    });
}
