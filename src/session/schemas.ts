import { basename, join } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import { toTableSchema } from '../catalog/schemas/declared-table.ts';
import { findSchemaDrift } from '../catalog/schemas/drift.ts';
import { SCHEMA_SUFFIX } from '../catalog/schemas/file-name.ts';
import { isTableDescription, parseSchema, type Schema } from '../catalog/schemas/schema-file.ts';
import { schemaFileError } from '../catalog/schemas/json-reader.ts';
import { createSchemaStore, type SchemaStore } from '../catalog/schemas/schema-store.ts';
import { parseDataModel } from '../catalog/schemas/workbench.ts';
import { DriverError, getErrorMessage } from '../core/errors.ts';
import type { Folders } from '../core/ports.ts';
import type { SessionContext } from '../sql/exec/context.ts';
import { newCatalogContext } from '../sql/exec/sampling-budget.ts';
import { resolveViewColumns } from '../sql/exec/view-columns.ts';

/** A schema file; `kept`: it existed and was not replaced. */
export interface SavedSchema {
  readonly name: string;
  readonly file: string;
  readonly kept: boolean;
}

/** A mismatch between a schema and what it describes. */
export interface SchemaFinding {
  readonly schema: string;
  readonly file: string | undefined;
  readonly column: string | undefined;
  /** `error`: statements may fail. */
  readonly severity: 'error' | 'note';
  readonly message: string;
}

export interface SchemaTarget {
  /** The folder to write to; default: Location. */
  readonly folder?: string | undefined;
  /** Replaces existing schemas. */
  readonly overwrite?: boolean | undefined;
}

/** The schema files of a connection. */
export interface Schemas {
  /** Writes the columns of tables; default: all tables and, with a folder, all views. */
  export(tables?: readonly string[], target?: SchemaTarget): Promise<readonly SavedSchema[]>;
  /** Imports schema files, or data models of NoSQL Workbench, from a file or folder. */
  import(path: string, target?: SchemaTarget): Promise<readonly SavedSchema[]>;
  /** Compares schemas with samples of their tables, and plans all views. */
  check(names?: readonly string[]): Promise<readonly SchemaFinding[]>;
}

interface SchemasParts {
  readonly session: SessionContext;
  /** Undefined: the host has no access to files. */
  readonly folders: Folders | undefined;
  readonly guard: () => AbortSignal;
}

export function createSchemas({ session, folders, guard }: SchemasParts): Schemas {
  const { catalog } = newCatalogContext(session);

  const storeFor = ({ folder }: SchemaTarget): SchemaStore => {
    if (folder !== undefined && folders !== undefined)
      return createSchemaStore({ folder: { path: folder, files: folders }, now: Date.now });
    if (folder === undefined && catalog.schemas.folder !== undefined) return catalog.schemas;
    throw new DriverError('CONN_BAD_VALUE', 'no folder to write schema files to', {
      remedy: 'Set Location in the connection string, or specify a folder.',
    });
  };

  return {
    async export(tables, target = {}) {
      const store = storeFor(target);
      const names = tables ?? (await listAllNames(catalog, store, guard()));
      const written: SavedSchema[] = [];
      const broken = await store.broken();
      for (const name of names) {
        const unreadable = broken.find((each) => each.names.includes(name));
        const existing = unreadable === undefined ? await store.find(name) : undefined;
        const kept = unreadable?.file ?? existing?.file;
        if (kept !== undefined && target.overwrite !== true) {
          written.push({ name: existing?.schema.name ?? name, file: kept, kept: true });
          continue;
        }
        const stored = store === catalog.schemas ? undefined : await catalog.schemas.find(name);
        const schema = stored?.schema ?? toTableSchema(await catalog.sampled(name, guard()));
        written.push(await saveSchema(schema, store));
      }
      return written;
    },

    async import(path, target = {}) {
      if (folders === undefined) throw new DriverError('CONN_BAD_VALUE', 'this host has no access to files');
      const store = storeFor(target);
      const schemas = await readSchemas(path, folders);
      for (const schema of schemas) {
        if (target.overwrite === true) break;
        const existing = await store.find(schema.name);
        if (existing !== undefined)
          throw new DriverError(
            'CATALOG_DUPLICATE_TABLE',
            `"${schema.name}" is already described by ${existing.file ?? 'a temporary schema'}`,
            { remedy: 'Overwrite existing schemas, or remove the file.' },
          );
      }
      const written: SavedSchema[] = [];
      for (const schema of schemas) written.push(await saveSchema(schema, store));
      return written;
    },

    async check(names) {
      const all = await catalog.schemas.all();
      const broken = await catalog.schemas.broken();
      const isChosen = (name: string): boolean => names === undefined || names.includes(name);
      const chosen = all.filter(({ schema }) => isChosen(schema.name));
      const known = new Set([
        ...all.map(({ schema }) => schema.name),
        ...broken.flatMap((each) => each.names),
      ]);
      const unknown = names?.find((name) => !known.has(name));
      if (unknown !== undefined)
        throw new DriverError('CATALOG_UNKNOWN_TABLE', `no schema describes "${unknown}"`);
      const findings = broken.flatMap((each): SchemaFinding[] =>
        each.names.filter(isChosen).map((schema) => ({
          schema,
          file: each.file,
          column: undefined,
          severity: 'error',
          message: getErrorMessage(each.error),
        })),
      );
      for (const { schema, file } of chosen) {
        const about = { schema: schema.name, file };
        try {
          findings.push(...(await checkSchema(schema)).map((finding) => ({ ...about, ...finding })));
        } catch (error) {
          guard().throwIfAborted();
          findings.push({ ...about, column: undefined, severity: 'error', message: getErrorMessage(error) });
        }
      }
      return findings;
    },
  };

  async function checkSchema(
    schema: Schema,
  ): Promise<readonly Pick<SchemaFinding, 'column' | 'severity' | 'message'>[]> {
    if (!isTableDescription(schema)) {
      await resolveViewColumns(schema.name, newCatalogContext(session), guard());
      return [];
    }
    const declared = await catalog.table(schema.name, guard());
    const sampled = await catalog.sampled(schema.name, guard());
    return findSchemaDrift(declared, sampled).map(({ column, kind, message }) => ({
      column,
      severity: kind === 'type' ? 'error' : 'note',
      message,
    }));
  }
}

/** The names of all tables and, for another folder, of all views. */
async function listAllNames(
  catalog: Catalog,
  store: SchemaStore,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const tables = await catalog.tableNames(signal);
  if (store === catalog.schemas) return tables;
  const stored = (await catalog.schemas.all()).map(({ schema }) => schema.name);
  return [...new Set([...tables, ...stored])];
}

async function saveSchema(schema: Schema, store: SchemaStore): Promise<SavedSchema> {
  const file = await store.save(schema, false);
  if (file === undefined) throw new DriverError('CONN_BAD_VALUE', 'no folder to write schema files to');
  return { name: schema.name, file, kept: false };
}

/** The schemas in a file, or in all schema files of a folder. */
async function readSchemas(path: string, folders: Folders): Promise<readonly Schema[]> {
  const text = await folders.read(path).catch(() => undefined);
  if (text !== undefined) return parseSchemas(text, path);
  const names = (await folders.list(path)).map(({ name }) => name);
  const files = names.filter((name) => name.endsWith(SCHEMA_SUFFIX));
  if (files.length === 0)
    throw schemaFileError(path, '', `expected a file, or a folder with *${SCHEMA_SUFFIX} files`);
  const found = await Promise.all(
    files.map(async (name) => {
      const file = join(path, name);
      return parseSchemas((await folders.read(file)) ?? '', file);
    }),
  );
  return found.flat();
}

function parseSchemas(text: string, file: string): readonly Schema[] {
  return parseDataModel(text, basename(file)) ?? [parseSchema(text, file)];
}
