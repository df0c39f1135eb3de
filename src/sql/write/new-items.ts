import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { checkItem } from '../../dynamo/lint/lint-writes.ts';
import type { WriteTarget } from './write-target.ts';
import { buildItem } from './build-item.ts';
import type { SourceRows } from './source-rows.ts';

export interface NewItemsInput {
  readonly source: SourceRows;
  readonly targets: readonly WriteTarget[];
  readonly table: TableDef;
  /** Without a column list, a row may have values for only the first columns. */
  readonly mayBeShorter: boolean;
}

/**
 * Builds the items of the rows, in batches. With VALUES, and with a query that reads the target table itself, all items are
 * built before the first is returned.
 */
export async function* buildNewItems({
  source,
  targets,
  table,
  mayBeShorter,
}: NewItemsInput): AsyncGenerator<readonly AttributeMap[]> {
  if (source.isComplete || source.reads.some((read) => read.table.name === table.name))
    yield* await collect(checkedItems());
  else yield* checkedItems();

  async function* checkedItems(): AsyncGenerator<readonly AttributeMap[]> {
    let before = 0;
    for await (const rows of source.rows) {
      const first = before + 1;
      before += rows.length;
      yield* upToFailure(rows, (values, i) => {
        try {
          checkWidth(values.length);
          const item = buildItem(values, targets, table);
          checkItem(item, table.key);
          return item;
        } catch (error) {
          throw source.isSingle ? error : withRowNumber(error, first + i);
        }
      });
    }
  }

  function checkWidth(values: number): void {
    const columns = targets.length;
    if (values > columns)
      throw new DriverError(
        'SQL_SYNTAX',
        `INSERT has more expressions than target columns (${values} expressions, ${columns} columns)`,
        source.isComplete
          ? {}
          : {
              remedy: 'List the columns, or copy whole items: INSERT INTO a ("$item") SELECT "$item" FROM b.',
            },
      );
    if (values < columns && !mayBeShorter)
      throw new DriverError(
        'SQL_SYNTAX',
        `INSERT has more target columns than expressions (${columns} columns, ${values} expressions)`,
      );
  }
}

/** On a failure, still yields what was built before it. */
function* upToFailure<T, U>(all: readonly T[], build: (one: T, at: number) => U): Generator<readonly U[]> {
  const built: U[] = [];
  try {
    for (const [at, one] of all.entries()) built.push(build(one, at));
  } finally {
    yield built;
  }
}

async function collect<T>(items: AsyncGenerator<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function withRowNumber(error: unknown, row: number): unknown {
  if (!(error instanceof DriverError)) return error;
  const { code, message, remedy, position } = error;
  return new DriverError(code, `row ${row}: ${message}`, {
    cause: error,
    remedy,
    ...(position !== undefined && { position }),
  });
}
