import { join } from 'node:path';
import type { Folders } from '../../core/ports.ts';
import { DriverError } from '../../core/errors.ts';
import { matchTableName } from '../table-name.ts';
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
  find(name: string): Promise<StoredSchema | undefined>;
  /** Keeps a schema in place of one with its name; gives its file, which is new by that name if one is given. */
  save(schema: Schema, temporary: boolean, fileName?: string): Promise<string | undefined>;
  remove(stored: StoredSchema): Promise<void>;
}

export interface SchemaStoreOptions {
  /** Absent: schemas are temporary. */
  readonly folder?: { readonly path: string; readonly files: Folders } | undefined;
  readonly now: () => number;
}

interface Known extends StoredSchema {
  readonly file: string;
  readonly stamp: string;
}

/** How long the folder is taken to be as it was. */
const LOOK_EVERY_MS = 1000;

export function createSchemaStore({ folder, now }: SchemaStoreOptions): SchemaStore {
  const temporary = new Map<string, StoredSchema>();
  let known: readonly Known[] = [];
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
    const before = new Map(known.map((each) => [each.file, each]));
    const read = await Promise.all(
      listed.map(async ({ name, stamp }): Promise<Known | undefined> => {
        const file = join(path, name);
        const same = before.get(file);
        if (same?.stamp === stamp) return same;
        const text = await files.read(file);
        return text === undefined ? undefined : { schema: parseSchema(text, file), file, stamp };
      }),
    );
    const found = read.filter((each) => each !== undefined);
    const owners = new Map<string, string>();
    for (const { schema, file } of found) {
      const other = owners.get(schema.name);
      if (other !== undefined) throw problem(file, '', `"${schema.name}" is described by ${other} too`);
      owners.set(schema.name, file);
    }
    known = found;
    lookedAt = now();
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
    known: () => (isRecent() ? together() : undefined),
    async find(name) {
      const schemas = await all();
      if (schemas.length === 0) return undefined;
      const match = matchTableName(
        name,
        schemas.map(({ schema }) => schema.name),
      );
      return schemas.find(({ schema }) => schema.name === match);
    },
    async save(schema, isTemporary, fileName) {
      if (folder === undefined || isTemporary) {
        temporary.set(schema.name, { schema, file: undefined });
        return undefined;
      }
      await look();
      const own = known.find((each) => each.schema.name === schema.name)?.file;
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
