import type { InsertStmt, UpdateStmt } from 'libpg-query';
import type { Catalog } from '../../catalog/catalog.ts';
import type { ColumnDef, TableDef } from '../../catalog/table-def.ts';
import { nearest } from '../../core/nearest.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { ExecutionContext } from '../exec/context.ts';
import { seenColumns } from '../exec/seen-columns.ts';
import type { ParsedText } from '../parse/parse.ts';
import { namedTarget, writeTarget } from './destination.ts';

/** Where a statement names what it writes to. */
export type Names = Pick<InsertStmt, 'cols' | 'onConflictClause'> & Pick<UpdateStmt, 'targetList'>;

/** The attributes that a statement names to write to and that the table, as it is known, has not got. */
export function newAttributes(
  { cols = [], targetList = [], onConflictClause }: Names,
  table: TableDef,
  parsed: ParsedText,
): readonly string[] {
  const known = new Set<unknown>(table.columns.map(({ path }) => path[0]));
  const named = [
    ...cols.map((node) => namedTarget(node, 'INSERT')),
    ...[...targetList, ...(onConflictClause?.targetList ?? [])].map((node) => namedTarget(node, 'SET')),
  ];
  const targets = named.map((name) => writeTarget(table, name, parsed));
  return [...new Set(targets.flatMap(({ path, key }) => (key || known.has(path[0]) ? [] : [path[0]])))];
}

/** Items may have whatever attributes they are given; whoever misspelt one is told so, once a statement. */
export function tellNewAttributes(
  added: readonly string[],
  { name: table, schemaFile, sampled, columns }: TableDef,
  { notice }: Pick<ExecutionContext, 'notice'>,
): void {
  // Nothing is known then that a name could be held against.
  if (schemaFile === undefined && sampled.items === 0) return;
  const names = columns.filter((column) => !isHidden(column)).map(({ name }) => name);
  for (const name of added) {
    const [meant] = nearest(name, names, 1);
    const what =
      schemaFile === undefined
        ? `No item seen of "${table}" has "${name}"`
        : `${schemaFile} declares no "${name}"`;
    notice(`${what}: a new attribute is made${meant === undefined ? '' : `; did you mean "${meant}"?`}`);
  }
}

/** The catalog in which a table has columns for new attributes, of types that these items' values have. */
export function catalogWith(
  added: readonly string[],
  { name: wanted }: TableDef,
  items: readonly AttributeMap[],
  { catalog, decimals }: Pick<ExecutionContext, 'catalog' | 'decimals'>,
): Catalog {
  if (added.length === 0) return catalog;
  const seen = seenColumns(items, decimals);
  const columns = added.map(
    (name): ColumnDef =>
      seen.get(name) ?? { name, path: [name], type: { kind: 'text' }, seen: {}, presence: 0 },
  );
  const made = new WeakMap<TableDef, TableDef>();
  const extended = (table: TableDef): TableDef => {
    if (table.name !== wanted || table.child !== undefined) return table;
    const known = made.get(table);
    if (known !== undefined) return known;
    const own = new Set(table.columns.map(({ name }) => name));
    const whole = {
      ...table,
      columns: [
        ...table.columns.filter((column) => !isHidden(column)),
        ...columns.filter(({ name }) => !own.has(name)),
        ...table.columns.filter(isHidden),
      ],
    };
    made.set(table, whole);
    return whole;
  };
  return {
    ...catalog,
    table: async (...asked) => extended(await catalog.table(...asked)),
    widen: async (...evidence) => extended(await catalog.widen(...evidence)),
  };
}

function isHidden({ hidden }: ColumnDef): boolean {
  return hidden === true;
}
