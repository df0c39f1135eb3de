import type { Node, RangeVar, SelectStmt, TypeName } from 'libpg-query';
import { listElementColumns, listKeyColumns } from '../../catalog/child-table.ts';
import {
  type ChildDef,
  type ElementDef,
  ITEM_COLUMN,
  type SqlType,
  type TableDef,
} from '../../catalog/table-def.ts';
import { binary, call, cast, column, constant, jsonElements, name, number } from '../dialect/build.ts';
import { getStringValues } from '../parse/tree.ts';
import { STUB_SCHEMA } from '../print/print.ts';
import { type Binder, renameColumns } from './binder.ts';
import { toAdaptation, type Relation } from './relation.ts';
import type { OfferedColumn, Scope } from './scope.ts';

type ChildTable = TableDef & { readonly child: ChildDef };

export function hasChild(table: TableDef): table is ChildTable {
  return table.child !== undefined;
}

const PARENT = 'parent';
const ELEMENT = '[]';

/**
 * Expands a child table to a subquery that unnests the documents of its parent. The key columns pass through unchanged,
 * so that conditions on them reach the parent's read.
 */
export function bindChildTable(range: RangeVar, table: ChildTable, scope: Scope, binder: Binder): Node {
  const { child } = table;
  const alias = range.alias?.aliasname ?? range.relname ?? table.name;
  const aliases = getStringValues(range.alias?.colnames);
  const keys = listKeyColumns(child.parent);
  const needed = [child.column, ...keys].map((each) => each.name.toLowerCase());
  const relation = binder.relation(child.parent, new Set(needed));
  const levels = [child.column, ...child.within];
  // The statement references a hidden column, which may belong to this table.
  const isNamed = relation.columns.some(({ column: each }) => each.name === ITEM_COLUMN);
  const columns = table.columns.filter((each) => each.name !== ITEM_COLUMN || isNamed);
  const values = [
    ...keys.map((_, i) => column(keyName(i))),
    ...levels.map((_, i) => column(indexName(i))),
    ...listElementColumns(table).map((each, i) =>
      extractValue(each.path.slice(1), child.elements[i]?.type ?? each.type),
    ),
    column(ELEMENT),
  ];
  const offered = columns.map((each): OfferedColumn => ({
    name: each.name,
    engineName: each.name,
    ...(each.hidden === true ? { hidden: true as const } : {}),
    ...toAdaptation(each),
  }));
  const renamed = renameColumns(offered, aliases);
  scope.sources.push({ alias, columns: renamed.columns });
  return {
    RangeSubselect: {
      subquery: {
        SelectStmt: {
          targetList: columns.map((each, i) => ({
            ResTarget: { name: each.name, val: values[i] ?? column(ELEMENT) },
          })),
          fromClause: [unnestLevel(child, relation, child.within.length)],
        },
      },
      alias: { aliasname: alias, ...renamed.list },
    },
  };
}

/** Unnests the list at this depth, keeping the parent's key and the positions in all outer lists. */
function unnestLevel(child: ChildDef, relation: Relation, depth: number): Node {
  const keys = listKeyColumns(child.parent);
  const engineName = (path: readonly (string | number)[]): string =>
    relation.columns.find(({ column: each }) => each.path === path)?.engineName ?? '';
  const list = child.within[depth - 1];
  const document =
    list === undefined ? column(PARENT, engineName(child.column.path)) : extractMember(list, 'pg_extract');
  const through =
    list === undefined
      ? keys.map((key, i) => toTarget(keyName(i), column(PARENT, engineName(key.path))))
      : [
          ...keys.map((_, i) => toTarget(keyName(i), column(keyName(i)))),
          ...Array.from({ length: depth }, (_, i) => toTarget(indexName(i), column(indexName(i)))),
        ];
  const from: Node =
    list === undefined
      ? {
          RangeVar: {
            schemaname: STUB_SCHEMA,
            relname: relation.alias,
            inh: true,
            alias: { aliasname: PARENT },
          },
        }
      : unnestLevel(child, relation, depth - 1);
  const rows: SelectStmt = {
    targetList: [
      ...through,
      toTarget(indexName(depth), call('generate_subscripts', [jsonElements(document), number('1')])),
      toTarget(ELEMENT, call('unnest', [jsonElements(document)])),
    ],
    fromClause: [from],
    // Empty lists produce no rows, and DynamoDB can evaluate the size in its filter.
    whereClause: binary('>', call('json_array_length', [document]), number('0')),
  };
  return { RangeSubselect: { subquery: { SelectStmt: rows }, alias: { aliasname: 'elements' } } };
}

function toTarget(label: string, val: Node): Node {
  return { ResTarget: { name: label, val } };
}

function keyName(position: number): string {
  return `key ${position}`;
}

function indexName(depth: number): string {
  return `index ${depth}`;
}

function extractMember({ path }: Pick<ElementDef, 'path'>, extract: 'pg_extract' | 'pg_extract_text'): Node {
  if (path.length === 0)
    return extract === 'pg_extract' ? column(ELEMENT) : call(extract, [column(ELEMENT), constant('$')]);
  const pointer = path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return call(extract, [column(ELEMENT), constant(pointer)]);
}

/** Extracts a member of an element, cast to the type of its column; a value of another type fails the cast. */
function extractValue(path: ElementDef['path'], type: SqlType): Node {
  const text = extractMember({ path }, 'pg_extract_text');
  switch (type.kind) {
    case 'bigint':
      return cast(call('pg_element_number', [text, constant('0')]), 'int8');
    case 'hugeint':
      return call('pg_hugeint', [call('pg_element_number', [text, constant('0')])]);
    case 'decimal':
      return {
        TypeCast: {
          arg: call('pg_element_number', [text, constant(String(type.scale))]),
          typeName: decimalType(type.scale),
        },
      };
    case 'number':
      return call('num', [text]);
    case 'double':
      return cast(text, 'float8');
    case 'boolean':
      return cast(text, 'bool');
    case 'blob':
      return call('from_base64', [text]);
    case 'timestamptz':
    case 'timestamp':
    case 'date':
      return cast(text, type.kind);
    case 'text':
      return text;
    case 'json': {
      const isNull: Node = { NullTest: { arg: text, nulltesttype: 'IS_NOT_NULL' } };
      return {
        CaseExpr: { args: [{ CaseWhen: { expr: isNull, result: extractMember({ path }, 'pg_extract') } }] },
      };
    }
  }
}

function decimalType(scale: number): TypeName {
  return {
    names: [name('pg_catalog'), name('numeric')],
    typmods: [number('38'), number(String(scale))],
    typemod: -1,
  };
}
