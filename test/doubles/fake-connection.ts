import { DriverError } from '../../src/core/errors.ts';
import type {
  ColumnInfo,
  Connection,
  IndexInfo,
  OutputColumn,
  Parameters,
  QueryOptions,
  RowStream,
  StatementStats,
} from '../../src/session/connection.ts';
import { newReadStats } from '../../src/dynamo/read/read-stats.ts';
import type { Value } from '../../src/sql/types/value.ts';

/** The result of one statement. */
export interface FakeResult {
  readonly columns: readonly OutputColumn[];
  readonly batches: readonly (readonly (readonly Value[])[])[];
  readonly parameterNames?: readonly string[];
  /** The tag of a command, and the number of rows that it changed. */
  readonly command?: string;
  readonly affected?: number;
  readonly truncated?: true;
  /** Thrown after the batches. */
  readonly failure?: Error;
  /** After the batches, waits until the statement is cancelled. */
  readonly hangs?: true;
}

export interface FakeTable {
  readonly columns: readonly ColumnInfo[];
  readonly indexes: readonly IndexInfo[];
}

export interface FakeConnection extends Connection {
  /** All statements that were run, with their parameters and options. */
  readonly statements: {
    sql: string;
    parameters: Parameters | undefined;
    options: QueryOptions | undefined;
  }[];
  readonly closed: boolean;
}

/** Creates a connection with results for these statements and metadata of these tables only. */
export function fakeConnection(
  results: Readonly<Record<string, FakeResult>>,
  tables: Readonly<Record<string, FakeTable>> = {},
): FakeConnection {
  const statements: FakeConnection['statements'] = [];
  let closed = false;

  function findResult(sql: string): FakeResult {
    const result = new Map(Object.entries(results)).get(sql.trim());
    if (result === undefined) {
      throw new DriverError('SQL_SYNTAX', `unexpected "${sql.slice(0, 20)}"`, {
        position: 1,
        candidates: ['select'],
      });
    }
    return result;
  }

  function findTable(name: string): FakeTable {
    const table = new Map(Object.entries(tables)).get(name);
    if (table === undefined)
      throw new DriverError('CATALOG_UNKNOWN_TABLE', `relation "${name}" does not exist`);
    return table;
  }

  async function stream<T>(
    sql: string,
    parameters?: Parameters,
    options?: QueryOptions,
  ): Promise<RowStream<T>> {
    const result = findResult(sql);
    statements.push({ sql: sql.trim(), parameters, options });
    const rows = async function* () {
      for (const batch of result.batches) yield batch;
      if (result.failure) throw result.failure;
      if (result.hangs) {
        await new Promise((_, reject) => {
          options?.signal?.addEventListener('abort', () => reject(options.signal?.reason));
        });
      }
    };
    return {
      columns: result.columns,
      command: result.command ?? 'SELECT',
      affected: result.affected,
      truncated: result.truncated ?? false,
      stats: createStats(),
      batches: rows,
      textBatches: unused,
      close: async () => undefined,
      [Symbol.asyncIterator]: () => {
        throw new Error('the command line reads batches');
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
  }

  const close = async (): Promise<void> => {
    closed = true;
  };
  return {
    statements,
    get closed() {
      return closed;
    },
    description: 'AWSSecretKey=***',
    query: unused,
    stream,
    transaction: unused,
    prepare: async (sql) => {
      const { columns, parameterNames = [] } = findResult(sql);
      return {
        text: sql,
        columns,
        parameterCount: parameterNames.length,
        parameterNames,
        parameterTypes: parameterNames.map(() => ({ type: 'text', oid: 25 })),
        query: unused,
        stream: (parameters, options) => stream(sql, parameters, options),
        close: async () => undefined,
        [Symbol.asyncDispose]: async () => undefined,
      };
    },
    explain: async (sql, parameters) => {
      findResult(sql);
      statements.push({ sql, parameters, options: undefined });
      return { mode: 'direct', reads: [], text: 'GetItem orders(id)\n  1 request' };
    },
    metadata: {
      tables: async () => Object.keys(tables).map((name) => ({ name, kind: 'table' })),
      details: async (table) => {
        findTable(table);
        return {
          name: table,
          kind: 'table',
          itemCount: 7,
          sizeBytes: 1234,
          definition: undefined,
          schemaFile: undefined,
        };
      },
      columns: async (table) => findTable(table).columns,
      indexes: async (table) => findTable(table).indexes,
      primaryKeys: unused,
    },
    schemas: { export: unused, import: unused, check: unused },
    whoami: async () => ({
      scheme: 'AwsRootKeys',
      account: '123456789012',
      arn: 'arn:aws:iam::123456789012:user/ana',
      accessKeyId: 'AKIA********WXYZ',
      expiration: undefined,
      source: 'AWSAccessKey in the connection string',
    }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function unused(): never {
  throw new Error('The command line does not call this.');
}

function createStats(): StatementStats {
  return {
    ...newReadStats(),
    readCapacity: 0.5,
    sampledCapacity: 0,
    writeCapacity: 0,
    written: new Map(),
    itemsWritten: 0,
    conflicts: 0,
    elapsedMs: 12,
    plan: ['GetItem orders(id)'],
  };
}
