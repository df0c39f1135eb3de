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

/** What a fake connection answers to one statement. */
export interface FakeAnswer {
  readonly columns: readonly OutputColumn[];
  readonly batches: readonly (readonly (readonly Value[])[])[];
  readonly parameterNames?: readonly string[];
  /** Of a command: its tag, and the rows that it changed. */
  readonly command?: string;
  readonly affected?: number;
  readonly truncated?: true;
  /** Instead of rows, after the batches. */
  readonly failure?: Error;
  /** After the batches, wait until the statement is cancelled. */
  readonly hangs?: true;
}

export interface FakeTable {
  readonly columns: readonly ColumnInfo[];
  readonly indexes: readonly IndexInfo[];
}

export interface FakeConnection extends Connection {
  /** Every statement that was run, with what it was given. */
  readonly asked: {
    sql: string;
    parameters: Parameters | undefined;
    options: QueryOptions | undefined;
  }[];
  readonly closed: boolean;
}

/** A connection that knows these statements and tables, and nothing else. */
export function fakeConnection(
  answers: Readonly<Record<string, FakeAnswer>>,
  tables: Readonly<Record<string, FakeTable>> = {},
): FakeConnection {
  const asked: FakeConnection['asked'] = [];
  let closed = false;

  function answerTo(sql: string): FakeAnswer {
    const answer = new Map(Object.entries(answers)).get(sql.trim());
    if (answer === undefined) {
      throw new DriverError('SQL_SYNTAX', `unexpected "${sql.slice(0, 20)}"`, {
        position: 1,
        candidates: ['select'],
      });
    }
    return answer;
  }

  function tableNamed(name: string): FakeTable {
    const table = new Map(Object.entries(tables)).get(name);
    if (table === undefined) throw new DriverError('CATALOG_UNKNOWN_TABLE', `relation "${name}" does not exist`);
    return table;
  }

  async function stream<T>(
    sql: string,
    parameters?: Parameters,
    options?: QueryOptions,
  ): Promise<RowStream<T>> {
    const answer = answerTo(sql);
    asked.push({ sql: sql.trim(), parameters, options });
    const rows = async function* () {
      for (const batch of answer.batches) yield batch;
      if (answer.failure) throw answer.failure;
      if (answer.hangs) {
        await new Promise((_, reject) => {
          options?.signal?.addEventListener('abort', () => reject(options.signal?.reason));
        });
      }
    };
    return {
      columns: answer.columns,
      command: answer.command ?? 'SELECT',
      affected: answer.affected,
      truncated: answer.truncated ?? false,
      stats: statsOf(),
      batches: rows,
      textBatches: unused,
      close: async () => undefined,
      [Symbol.asyncIterator]: () => {
        throw new Error('The command line reads batches.');
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
  }

  const close = async (): Promise<void> => {
    closed = true;
  };
  return {
    asked,
    get closed() {
      return closed;
    },
    description: 'AWSSecretKey=***',
    query: unused,
    stream,
    transaction: unused,
    prepare: async (sql) => {
      const { columns, parameterNames = [] } = answerTo(sql);
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
      answerTo(sql);
      asked.push({ sql, parameters, options: undefined });
      return { mode: 'direct', reads: [], text: 'GetItem orders(id)\n  1 request' };
    },
    metadata: {
      tables: async () => Object.keys(tables).map((name) => ({ name, kind: 'table' })),
      details: async (table) => {
        tableNamed(table);
        return {
          name: table,
          kind: 'table',
          itemCount: 7,
          sizeBytes: 1234,
          definition: undefined,
          schemaFile: undefined,
        };
      },
      columns: async (table) => tableNamed(table).columns,
      indexes: async (table) => tableNamed(table).indexes,
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

function statsOf(): StatementStats {
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
