import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { checkItem } from '../../dynamo/lint/lint-writes.ts';
import type { WriteTarget } from './destination.ts';
import { itemOf } from './item-of.ts';
import type { SourceRows } from './source-rows.ts';

export interface NewItemsOf {
  readonly source: SourceRows;
  readonly targets: readonly WriteTarget[];
  readonly table: TableDef;
  /** Without a list of columns a row may have values for the first ones only. */
  readonly mayBeShorter: boolean;
}

/**
 * The items of the rows, some at a time. Those of VALUES and of a query that reads the table itself are all made before the
 * first is given.
 */
export async function* newItems({
  source,
  targets,
  table,
  mayBeShorter,
}: NewItemsOf): AsyncGenerator<readonly AttributeMap[]> {
  if (source.whole || source.reads.some((read) => read.table.name === table.name))
    yield* await held(checkedItems());
  else yield* checkedItems();

  async function* checkedItems(): AsyncGenerator<readonly AttributeMap[]> {
    let before = 0;
    for await (const rows of source.rows) {
      const first = before + 1;
      before += rows.length;
      yield* upToFailure(rows, (values, i) => {
        try {
          checkWidth(values.length);
          const item = itemOf(values, targets, table);
          checkItem(item, table.key);
          return item;
        } catch (error) {
          throw source.single ? error : ofRow(error, first + i);
        }
      });
    }
  }

  function checkWidth(values: number): void {
    const columns = targets.length;
    if (values > columns)
      throw new DriverError(
        'SQL_SYNTAX',
        `INSERT has ${values} values and ${columns} columns.`,
        source.whole
          ? {}
          : {
              remedy: 'Name the columns, or copy whole items: INSERT INTO a ("$item") SELECT "$item" FROM b.',
            },
      );
    if (values < columns && !mayBeShorter)
      throw new DriverError('SQL_SYNTAX', `INSERT has ${columns} columns and ${values} values.`);
  }
}

/** What can be made before one fails is not held back. */
function* upToFailure<T, U>(all: readonly T[], make: (one: T, at: number) => U): Generator<readonly U[]> {
  const made: U[] = [];
  try {
    for (const [at, one] of all.entries()) made.push(make(one, at));
  } finally {
    yield made;
  }
}

async function held<T>(items: AsyncGenerator<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function ofRow(error: unknown, row: number): unknown {
  if (!(error instanceof DriverError)) return error;
  const { code, message, remedy, position } = error;
  return new DriverError(code, `Row ${row}: ${message}`, {
    cause: error,
    remedy,
    ...(position !== undefined && { position }),
  });
}
