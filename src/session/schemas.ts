import { basename, join } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import { schemaOfTable } from '../catalog/schemas/declared-table.ts';
import { driftBetween } from '../catalog/schemas/drift.ts';
import { SCHEMA_SUFFIX } from '../catalog/schemas/file-name.ts';
import { describesTable, parseSchema, problem, type Schema } from '../catalog/schemas/schema-file.ts';
import { createSchemaStore, type SchemaStore } from '../catalog/schemas/schema-store.ts';
import { schemasOfModel } from '../catalog/schemas/workbench.ts';
import { DriverError, getErrorMessage } from '../core/errors.ts';
import type { Folders } from '../core/ports.ts';
import type { SessionContext } from '../sql/exec/context.ts';
import { newCatalogContext } from '../sql/exec/sampling-budget.ts';
import { resolveViewColumns } from '../sql/exec/view-columns.ts';

/** A schema file that was written, or left as it was because there is one already. */
export interface WrittenSchema {
  readonly name: string;
  readonly file: string;
  readonly kept: boolean;
}

/** Something about a schema that does not fit what it describes. */
export interface SchemaFinding {
  readonly schema: string;
  readonly file: string | undefined;
  readonly column: string | undefined;
  /** `error`: statements fail, or may. */
  readonly severity: 'error' | 'note';
  readonly message: string;
}

export interface SchemaTarget {
  /** The folder to write to; absent: Location. */
  readonly folder?: string | undefined;
  /** Schemas that are there are replaced. */
  readonly overwrite?: boolean | undefined;
}

/** Schema files of a connection. */
export interface Schemas {
  /** Writes what tables look like; absent: all of them, views included where another folder is given. */
  export(tables?: readonly string[], target?: SchemaTarget): Promise<readonly WrittenSchema[]>;
  /** Takes over schema files, or data models of NoSQL Workbench, from a file or a folder. */
  import(path: string, target?: SchemaTarget): Promise<readonly WrittenSchema[]>;
  /** Compares schemas with the items of their tables, and views with what they read. */
  check(names?: readonly string[]): Promise<readonly SchemaFinding[]>;
}

interface SchemasParts {
  readonly session: SessionContext;
  /** Absent: files are out of reach. */
  readonly folders: Folders | undefined;
  readonly guard: () => AbortSignal;
}

export function createSchemas({ session, folders, guard }: SchemasParts): Schemas {
  const { catalog } = newCatalogContext(session);

  const storeFor = ({ folder }: SchemaTarget): SchemaStore => {
    if (folder !== undefined && folders !== undefined)
      return createSchemaStore({ folder: { path: folder, files: folders }, now: Date.now });
    if (folder === undefined && catalog.schemas.folder !== undefined) return catalog.schemas;
    throw new DriverError('CONN_BAD_VALUE', 'There is no folder to write schema files to', {
      remedy: 'Set Location in the connection string, or name a folder.',
    });
  };

  return {
    async export(tables, target = {}) {
      const store = storeFor(target);
      const names = tables ?? (await everything(catalog, store, guard()));
      const written: WrittenSchema[] = [];
      const broken = await store.broken();
      for (const name of names) {
        const unreadable = broken.find((each) => each.names.includes(name));
        const there = unreadable === undefined ? await store.find(name) : undefined;
        const kept = unreadable?.file ?? there?.file;
        if (kept !== undefined && target.overwrite !== true) {
          written.push({ name: there?.schema.name ?? name, file: kept, kept: true });
          continue;
        }
        const stored = store === catalog.schemas ? undefined : await catalog.schemas.find(name);
        const schema = stored?.schema ?? schemaOfTable(await catalog.sampled(name, guard()));
        written.push(await saved(schema, store));
      }
      return written;
    },

    async import(path, target = {}) {
      if (folders === undefined) throw new DriverError('CONN_BAD_VALUE', 'Files are out of reach here');
      const store = storeFor(target);
      const schemas = await schemasAt(path, folders);
      for (const schema of schemas) {
        if (target.overwrite === true) break;
        const there = await store.find(schema.name);
        if (there !== undefined)
          throw new DriverError(
            'CATALOG_DUPLICATE_TABLE',
            `${there.file ?? 'This connection'} describes "${schema.name}" already`,
            { remedy: 'Say that schemas are to be replaced, or remove the file.' },
          );
      }
      const written: WrittenSchema[] = [];
      for (const schema of schemas) written.push(await saved(schema, store));
      return written;
    },

    async check(names) {
      const all = await catalog.schemas.all();
      const broken = await catalog.schemas.broken();
      const isChosen = (name: string): boolean => names === undefined || names.includes(name);
      const chosen = all.filter(({ schema }) => isChosen(schema.name));
      const there = new Set([
        ...all.map(({ schema }) => schema.name),
        ...broken.flatMap((each) => each.names),
      ]);
      const stray = names?.find((name) => !there.has(name));
      if (stray !== undefined)
        throw new DriverError('CATALOG_UNKNOWN_TABLE', `There is no schema of "${stray}"`);
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
          findings.push(...(await findingsOf(schema)).map((finding) => ({ ...about, ...finding })));
        } catch (error) {
          guard().throwIfAborted();
          findings.push({ ...about, column: undefined, severity: 'error', message: getErrorMessage(error) });
        }
      }
      return findings;
    },
  };

  async function findingsOf(
    schema: Schema,
  ): Promise<readonly Pick<SchemaFinding, 'column' | 'severity' | 'message'>[]> {
    if (!describesTable(schema)) {
      await resolveViewColumns(schema.name, newCatalogContext(session), guard());
      return [];
    }
    const declared = await catalog.table(schema.name, guard());
    const sampled = await catalog.sampled(schema.name, guard());
    return driftBetween(declared, sampled).map(({ column, kind, message }) => ({
      column,
      severity: kind === 'type' ? 'error' : 'note',
      message,
    }));
  }
}

/** Every table, and every view where they go to another place. */
async function everything(
  catalog: Catalog,
  store: SchemaStore,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const tables = await catalog.tableNames(signal);
  if (store === catalog.schemas) return tables;
  const stored = (await catalog.schemas.all()).map(({ schema }) => schema.name);
  return [...new Set([...tables, ...stored])];
}

async function saved(schema: Schema, store: SchemaStore): Promise<WrittenSchema> {
  const file = await store.save(schema, false);
  if (file === undefined) throw new DriverError('CONN_BAD_VALUE', 'There is no folder to write to');
  return { name: schema.name, file, kept: false };
}

/** The schemas of a file, or of all files of a folder that hold some. */
async function schemasAt(path: string, folders: Folders): Promise<readonly Schema[]> {
  const text = await folders.read(path).catch(() => undefined);
  if (text !== undefined) return schemasIn(text, path);
  const names = (await folders.list(path)).map(({ name }) => name);
  const files = names.filter((name) => name.endsWith(SCHEMA_SUFFIX));
  if (files.length === 0)
    throw problem(path, '', `expected a file, or a folder with files that end in ${SCHEMA_SUFFIX}`);
  const found = await Promise.all(
    files.map(async (name) => {
      const file = join(path, name);
      return schemasIn((await folders.read(file)) ?? '', file);
    }),
  );
  return found.flat();
}

function schemasIn(text: string, file: string): readonly Schema[] {
  return schemasOfModel(text, basename(file)) ?? [parseSchema(text, file)];
}
