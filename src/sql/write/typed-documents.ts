import type { Catalog } from '../../catalog/catalog.ts';
import type { ColumnDef, TableDef } from '../../catalog/table-def.ts';
import type { ParameterLiteral } from '../parse/parameter-value.ts';
import type { StatementScope } from './statement-scope.ts';

/** A catalog whose documents keep the DynamoDB type of each value inside DuckDB, for statements that write them. */
function withTypedDocuments(catalog: Catalog): Catalog {
  return {
    ...catalog,
    keepsTypes: true,
    table: async (name, signal) => typeDocuments(await catalog.table(name, signal)),
    widen: async (...evidence) => typeDocuments(await catalog.widen(...evidence)),
  };
}

const typedTables = new WeakMap<TableDef, TableDef>();

function typeDocuments(table: TableDef): TableDef {
  const known = typedTables.get(table);
  if (known !== undefined) return known;
  const typed: TableDef = {
    ...table,
    columns: table.columns.map(typeDocument),
    ...(table.child && {
      child: {
        ...table.child,
        parent: typeDocuments(table.child.parent),
        column: typeDocument(table.child.column),
      },
    }),
  };
  typedTables.set(table, typed);
  return typed;
}

function typeDocument(column: ColumnDef): ColumnDef {
  return column.type.kind === 'json' && column.stored !== true ? { ...column, typed: true } : column;
}

/** Whether a result column of this type has documents. */
export function hasDocuments(type: string): boolean {
  return /^jsonb?(?:\[\])*$/.test(type);
}

/** The statement, reading documents with their types if a parameter is a Set, which SQL's arrays do not tell from a list. */
export function withSets(scope: StatementScope): StatementScope {
  return scope.parameters.some(hasSet) ? withTypes(scope) : scope;
}

function hasSet(literal: ParameterLiteral): boolean {
  return literal.kind === 'array' && (literal.set === true || literal.items.some(hasSet));
}

/** The statement, reading documents with the DynamoDB type of each value. */
export function withTypes(scope: StatementScope): StatementScope {
  const { context } = scope;
  return { ...scope, context: context.derive({ catalog: withTypedDocuments(context.catalog) }) };
}
