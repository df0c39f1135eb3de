import type { Catalog } from '../../catalog/catalog.ts';
import { knownAttributes } from '../../catalog/known-attributes.ts';
import type { TableDef } from '../../catalog/table-def.ts';
import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import type { ItemWrite, UpdateOperand } from '../../dynamo/write/item-write.ts';
import type { BatchedWrite } from '../../dynamo/write/writer.ts';
import type { StatementContext } from '../exec/context.ts';

/** Notes that a write has taken place, and tells the catalog of the attributes that it added. */
export function recordWrite(
  write: ItemWrite,
  table: TableDef,
  { trace, session }: Pick<StatementContext, 'trace' | 'session'>,
): void {
  trace.hasWritten = true;
  learnFromWrite(write, table, session.database.sharedCatalog);
}

/** The same for the writes of one request. */
export function recordBatch(
  batch: readonly BatchedWrite[],
  table: TableDef,
  { trace, session }: Pick<StatementContext, 'trace' | 'session'>,
): void {
  trace.hasWritten = true;
  for (const write of batch)
    if (write.kind === 'put') learnFromItem(write.item, table, session.database.sharedCatalog);
}

/** Tells the catalog of attributes that a write added and that the table has no columns for. */
export function learnFromWrite(write: ItemWrite, table: TableDef, catalog: Pick<Catalog, 'learn'>): void {
  switch (write.kind) {
    case 'put':
      learnFromItem(write.item, table, catalog);
      return;
    case 'update': {
      const known = knownAttributes(table);
      for (const action of write.actions) {
        const [name] = action.path;
        if (known.has(name) || action.path.length > 1) continue;
        const value =
          action.kind === 'set' ? exampleValue(action.to) : action.kind === 'add' ? action.value : undefined;
        if (value !== undefined) catalog.learn(table.name, name, value);
      }
      return;
    }
    case 'delete':
    case 'check':
  }
}

function learnFromItem(item: AttributeMap, table: TableDef, catalog: Pick<Catalog, 'learn'>): void {
  const known = knownAttributes(table);
  for (const name of Object.keys(item)) {
    const value = known.has(name) ? undefined : item[name];
    if (value !== undefined) catalog.learn(table.name, name, value);
  }
}

/** A value of the type that DynamoDB computes; undefined where another attribute of the item decides. */
function exampleValue(operand: UpdateOperand): AttributeValue | undefined {
  switch (operand.kind) {
    case 'value':
      return operand.value;
    case 'ifNotExists':
      return exampleValue(operand.otherwise);
    case 'plus':
    case 'minus':
      return { N: '0' };
    case 'listAppend':
      return { L: [] };
    case 'path':
      return undefined;
  }
}
