import { join } from 'node:path';
import type { Folders } from '../../core/ports.ts';
import { DriverError } from '../../core/errors.ts';
import { matchTableName } from '../table-name.ts';
import { type BrokenSchema, brokenSchema, brokenText } from './broken-schema.ts';
import { checkFileName, fileNameFor, SCHEMA_SUFFIX } from './file-name.ts';
import { parseSchema, problem, type Schema, schemaText } from './schema-file.ts';

/** A schema and where it is kept: in a file, or in this connection alone. */
export interface StoredSchema {
  readonly schema: Schema;
  readonly file: string | undefined;
}

/** The schemas of a connection: those of a folder's files, and temporary ones. */
export interface SchemaStore {
  /** Absent: there is no folder, and everything is temporary. */
  readonly folder: string | undefined;
  all(): Promise<readonly StoredSchema[]>;
  /** The same without a look at the folder; undefined where that is due. */
  known(): readonly StoredSchema[] | undefined;
  /** Fails where the file that describes the name is broken. */
  find(name: string): Promise<StoredSchema | undefined>;
  /** The files that cannot be read; what they describe is missing from all others here. */
  broken(): Promise<readonly BrokenSchema[]>;
  /** What is wrong with the file that describes this very name, as of the last look. */
  failureOf(name: string): DriverError | undefined;
  /** Keeps a schema in place of one with its name; gives its file, which is new by that name if one is given. */
  save(schema: Schema, temporary: boolean, fileName?: string): Promise<string | undefined>;
  remove(stored: StoredSchema): Promise<void>;
}

export interface SchemaStoreOptions {
  /** Absent: schemas are temporary. */
  readonly folder?: { readonly path: string; readonly files: Folders } | undefined;
  readonly now: () => number;
  /** Hears once of each file that cannot be read. */
  readonly warn?: ((message: string) => void) | undefined;
}

interface Known extends StoredSchema {
  readonly file: string;
}

/** A file as it was read. */
interface Reading {
  readonly file: string;
  readonly stamp: string;
  readonly read: Known | BrokenSchema;
}

/** How long the folder is taken to be as it was. */
const LOOK_EVERY_MS = 1000;

export function createSchemaStore({ folder, now, warn }: SchemaStoreOptions): SchemaStore {
  const temporary = new Map<string, StoredSchema>();
  let readings: readonly Reading[] = [];
  let known: readonly Known[] = [];
  let broken: readonly BrokenSchema[] = [];
  const told = new Set<string>();
  let looking: Promise<void> | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;

  const isRecent = (): boolean => folder === undefined || now() - lookedAt < LOOK_EVERY_MS;

  async function look(): Promise<void> {
    if (isRecent()) return;
    looking ??= readFolder().finally(() => (looking = undefined));
    await looking;
  }

  /** Files that are as they were keep their schema, the very object: plans hang on it. */
  async function readFolder(): Promise<void> {
    if (folder === undefined) return;
    const { path, files } = folder;
    const listed = (await files.list(path)).filter(({ name }) => name.endsWith(SCHEMA_SUFFIX));
    const before = new Map(readings.map((each) => [each.file, each]));
    const found = await Promise.all(
      listed.map(async ({ name, stamp }): Promise<Reading | undefined> => {
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
    const clashes = clashesAmong(schemas);
    broken = [...read.filter((each) => 'error' in each), ...clashes];
    known = schemas.filter(({ schema }) => !clashes.some(({ names }) => names.includes(schema.name)));
    lookedAt = now();
    for (const each of broken) tell(brokenText(each));
  }

  function tell(text: string): void {
    if (told.has(text)) return;
    told.add(text);
    warn?.(text);
  }

  function failureOf(name: string): DriverError | undefined {
    return temporary.has(name) ? undefined : broken.find(({ names }) => names.includes(name))?.error;
  }

  async function all(): Promise<readonly StoredSchema[]> {
    await look();
    return together();
  }

  function together(): readonly StoredSchema[] {
    if (temporary.size === 0) return known;
    return [...temporary.values(), ...known.filter(({ schema }) => !temporary.has(schema.name))];
  }

  return {
    folder: folder?.path,
    all,
    async broken() {
      await look();
      return broken;
    },
    failureOf,
    known: () => (isRecent() ? together() : undefined),
    async find(name) {
      const schemas = await all();
      if (schemas.length + broken.length === 0) return undefined;
      const match = matchTableName(name, [
        ...schemas.map(({ schema }) => schema.name),
        ...broken.flatMap(({ names }) => names),
      ]);
      const failure = match === undefined ? undefined : failureOf(match);
      if (failure !== undefined) throw failure;
      return schemas.find(({ schema }) => schema.name === match);
    },
    async save(schema, isTemporary, fileName) {
      if (folder === undefined || isTemporary) {
        temporary.set(schema.name, { schema, file: undefined });
        return undefined;
      }
      await look();
      const own =
        known.find((each) => each.schema.name === schema.name)?.file ??
        broken.find(({ names }) => names.includes(schema.name))?.file;
      const taken = (await folder.files.list(folder.path)).map(({ name }) => name);
      if (fileName !== undefined) checkFileName(fileName, taken);
      const file = own ?? join(folder.path, fileName ?? fileNameFor(schema.name, taken));
      await folder.files.write(file, schemaText(schema));
      lookedAt = Number.NEGATIVE_INFINITY;
      return file;
    },
    async remove({ schema, file }) {
      if (file === undefined) {
        temporary.delete(schema.name);
        return;
      }
      if (folder === undefined)
        throw new DriverError('CATALOG_SCHEMA_FILE', `${file} is in no folder of this connection`);
      await folder.files.remove(file);
      lookedAt = Number.NEGATIVE_INFINITY;
    },
  };
}

/** A file that is broken is no failure of the folder. */
function readSchema(text: string, file: string, name: string): Known | BrokenSchema {
  try {
    return { schema: parseSchema(text, file), file };
  } catch (error) {
    if (error instanceof DriverError) return brokenSchema(text, file, name, error);
    throw error;
  }
}

/** Where several files describe one thing, none of them counts. */
function clashesAmong(schemas: readonly Known[]): readonly BrokenSchema[] {
  const owners = new Map<string, string>();
  return schemas.flatMap(({ schema: { name }, file }): readonly BrokenSchema[] => {
    const other = owners.get(name);
    owners.set(name, other ?? file);
    if (other === undefined) return [];
    return [{ file, names: [name], error: problem(file, '', `"${name}" is described by ${other} too`) }];
  });
}
