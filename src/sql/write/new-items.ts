import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import { newTurns, type Turn } from '../../core/turns.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import { keyIdentity } from '../../dynamo/key.ts';
import { checkWrite } from '../../dynamo/lint-writes.ts';
import type { WriteTarget } from './destination.ts';
import { itemOf, keyOf } from './item-of.ts';
import type { SourceRows } from './source-rows.ts';

/** A row of an INSERT on its way into the table. */
export interface NewItem {
  /** Its place among the rows, from 0. */
  readonly at: number;
  readonly item: AttributeMap;
  /** Rows with one key are written in the order of the statement. */
  readonly turn: Turn;
}

export interface NewItemsOf {
  readonly source: SourceRows;
  readonly targets: readonly WriteTarget[];
  readonly table: TableDef;
  /** Without a list of columns a row may have values for the first ones only. */
  readonly mayBeShorter: boolean;
}

/** The items of the rows. Those of VALUES and of a query that reads the table itself are all made before the first is given. */
export async function* newItems({
  source,
  targets,
  table,
  mayBeShorter,
}: NewItemsOf): AsyncGenerator<NewItem> {
  const takeTurn = newTurns();
  let at = 0;
  for await (const item of source.whole || source.reads.some((read) => read.table.name === table.name)
    ? await held(checkedItems())
    : checkedItems())
    yield { at: at++, item, turn: takeTurn([keyIdentity(keyOf(item, table))]) };

  async function* checkedItems(): AsyncGenerator<AttributeMap> {
    const keys = new Map([[table.name, table.key]]);
    let row = 0;
    for await (const values of source.rows) {
      row += 1;
      let item: AttributeMap;
      try {
        checkWidth(values.length);
        item = itemOf(values, targets, table);
        checkWrite({ operation: 'PutItem', input: { TableName: table.name, Item: item } }, keys);
      } catch (error) {
        throw source.single ? error : ofRow(error, row);
      }
      yield item;
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
