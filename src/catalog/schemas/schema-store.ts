import { join } from 'node:path';
import type { Folders } from '../../core/ports.ts';
import { DriverError } from '../../core/errors.ts';
import { matchTableName } from '../table-name.ts';
import { type BrokenSchema, toBrokenSchema, describeBrokenSchema } from './broken-schema.ts';
import { assertFileName, chooseFileName, SCHEMA_SUFFIX } from './file-name.ts';
import { schemaFileError } from './json-reader.ts';
import { parseSchema, type Schema, formatSchema } from './schema-file.ts';

/** A schema and its file; undefined for a temporary schema. */
export interface StoredSchema {
  readonly schema: Schema;
  readonly file: string | undefined;
}

/** The schemas of a database: those in the files of a folder, and temporary ones. */
export interface SchemaStore {
  /** Undefined: all schemas are temporary. */
  readonly folder: string | undefined;
  all(): Promise<readonly StoredSchema[]>;
  /** The same without reading the folder; undefined if it must be read again. */
  cached(): readonly StoredSchema[] | undefined;
  /** Throws if the file that describes the name is broken. */
  find(name: string): Promise<StoredSchema | undefined>;
  /** The files that cannot be read. The other methods omit what they describe. */
  broken(): Promise<readonly BrokenSchema[]>;
  /** The failure of the file that describes exactly this name, when the folder was last read. */
  findFailure(name: string): DriverError | undefined;
  /** Saves a schema, replacing one of the same name. Returns its file; `fileName` must be a new name. */
  save(schema: Schema, temporary: boolean, fileName?: string): Promise<string | undefined>;
  remove(stored: StoredSchema): Promise<void>;
}

export interface SchemaStoreOptions {
  /** Default: all schemas are temporary. */
  readonly folder?: { readonly path: string; readonly files: Folders } | undefined;
  readonly now: () => number;
  /** Reports each file that cannot be read once. */
  readonly warn?: ((message: string) => void) | undefined;
}

interface Known extends StoredSchema {
  readonly file: string;
}

/** A file that was read. */
interface LoadResult {
  readonly file: string;
  readonly stamp: string;
  readonly read: Known | BrokenSchema;
}

/** The folder is read again after this time. */
const REREAD_AFTER_MS = 1000;

export function createSchemaStore({ folder, now, warn }: SchemaStoreOptions): SchemaStore {
  const temporary = new Map<string, StoredSchema>();
  let readings: readonly LoadResult[] = [];
  let known: readonly Known[] = [];
  let broken: readonly BrokenSchema[] = [];
  const warned = new Set<string>();
  let reading: Promise<void> | undefined;
  let readAt = Number.NEGATIVE_INFINITY;

  const isRecent = (): boolean => folder === undefined || now() - readAt < REREAD_AFTER_MS;

  async function refresh(): Promise<void> {
    if (isRecent()) return;
    reading ??= readFolder().finally(() => (reading = undefined));
    await reading;
  }

  /** Unchanged files keep their schema objects, which cached plans depend on. */
  async function readFolder(): Promise<void> {
    if (folder === undefined) return;
    const { path, files } = folder;
    const listed = (await files.list(path)).filter(({ name }) => name.endsWith(SCHEMA_SUFFIX));
    const before = new Map(readings.map((each) => [each.file, each]));
    const found = await Promise.all(
      listed.map(async ({ name, stamp }): Promise<LoadResult | undefined> => {
        const file = join(path, name);
        const same = before.get(file);
        if (same?.stamp === stamp) return same;
        const text = await files.read(file);
        return text === undefined ? undefined : { file, stamp, read: readSchema(text, file, name) };
      }),
    );
    readings = found.filter((each) => each !== undefined);
    const read = readings.map((each) => each.read);
    const schemas = read.filter((each) => 'schema' in each);
    const clashes = findClashes(schemas);
    broken = [...read.filter((each) => 'error' in each), ...clashes];
    known = schemas.filter(({ schema }) => !clashes.some(({ names }) => names.includes(schema.name)));
    readAt = now();
    for (const each of broken) warnOnce(describeBrokenSchema(each));
  }

  function warnOnce(message: string): void {
    if (warned.has(message)) return;
    warned.add(message);
    warn?.(message);
  }

  function findFailure(name: string): DriverError | undefined {
    return temporary.has(name) ? undefined : broken.find(({ names }) => names.includes(name))?.error;
  }

  async function all(): Promise<readonly StoredSchema[]> {
    await refresh();
    return listAll();
  }

  function listAll(): readonly StoredSchema[] {
    if (temporary.size === 0) return known;
    return [...temporary.values(), ...known.filter(({ schema }) => !temporary.has(schema.name))];
  }

  return {
    folder: folder?.path,
    all,
    async broken() {
      await refresh();
      return broken;
    },
    findFailure,
    cached: () => (isRecent() ? listAll() : undefined),
    async find(name) {
      const schemas = await all();
      if (schemas.length + broken.length === 0) return undefined;
      const match = matchTableName(name, [
        ...schemas.map(({ schema }) => schema.name),
        ...broken.flatMap(({ names }) => names),
      ]);
      const failure = match === undefined ? undefined : findFailure(match);
      if (failure !== undefined) throw failure;
      return schemas.find(({ schema }) => schema.name === match);
    },
    async save(schema, isTemporary, fileName) {
      if (folder === undefined || isTemporary) {
        temporary.set(schema.name, { schema, file: undefined });
        return undefined;
      }
      await refresh();
      const own =
        known.find((each) => each.schema.name === schema.name)?.file ??
        broken.find(({ names }) => names.includes(schema.name))?.file;
      const taken = (await folder.files.list(folder.path)).map(({ name }) => name);
      if (fileName !== undefined) assertFileName(fileName, taken);
      const file = own ?? join(folder.path, fileName ?? chooseFileName(schema.name, taken));
      await folder.files.write(file, formatSchema(schema));
      readAt = Number.NEGATIVE_INFINITY;
      return file;
    },
    async remove({ schema, file }) {
      if (file === undefined) {
        temporary.delete(schema.name);
        return;
      }
      if (folder === undefined)
        throw new DriverError('CATALOG_SCHEMA_FILE', `${file} is not in the folder of the connection`);
      await folder.files.remove(file);
      readAt = Number.NEGATIVE_INFINITY;
    },
  };
}

/** Reads one file. A broken one does not affect the others. */
function readSchema(text: string, file: string, name: string): Known | BrokenSchema {
  try {
    return { schema: parseSchema(text, file), file };
  } catch (error) {
    if (error instanceof DriverError) return toBrokenSchema(text, file, name, error);
    throw error;
  }
}

/** Files that describe the same name; none of them is used. */
function findClashes(schemas: readonly Known[]): readonly BrokenSchema[] {
  const owners = new Map<string, string>();
  return schemas.flatMap(({ schema: { name }, file }): readonly BrokenSchema[] => {
    const other = owners.get(name);
    owners.set(name, other ?? file);
    if (other === undefined) return [];
    return [
      { file, names: [name], error: schemaFileError(file, '', `"${name}" is also described by ${other}`) },
    ];
  });
}
