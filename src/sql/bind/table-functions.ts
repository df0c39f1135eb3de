import type { Node, SelectStmt, TypeName } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import { call, column, constant, number } from '../dialect/build.ts';
import { getStringValues } from '../parse/tree.ts';
import { postgresColumnType } from '../types/column-types.ts';
import { TYPES } from '../types/types.ts';

/** Functions that return rows of a document, with columns defined in the statement. */
export const RECORD_FUNCTIONS: ReadonlySet<string> = new Set([
  'json_to_record',
  'jsonb_to_record',
  'json_to_recordset',
  'jsonb_to_recordset',
]);

/** Functions that return rows of a document, with the columns of a table. */
export const POPULATE_FUNCTIONS: ReadonlySet<string> = new Set([
  'json_populate_record',
  'jsonb_populate_record',
  'json_populate_recordset',
  'jsonb_populate_recordset',
]);

/** The name of the table in `NULL::orders`; undefined for another row. */
export function getRowType(row: Node | undefined): string | undefined {
  const { arg, typeName } = row !== undefined && 'TypeCast' in row ? row.TypeCast : {};
  const isNull = arg !== undefined && 'A_Const' in arg && arg.A_Const.isnull === true;
  return isNull ? getStringValues(typeName?.names).at(-1) : undefined;
}

/** The columns of a table as those of a record. */
export function tableRecordColumns({ columns }: TableDef): RecordColumn[] {
  return columns
    .filter(({ hidden }) => hidden !== true)
    .map(({ name, type }) => ({
      name,
      type: { names: [{ String: { sval: TYPES[postgresColumnType(type)].typname } }] },
    }));
}

interface RecordColumn {
  readonly name: string;
  readonly type: TypeName;
}

/** The columns of `AS x(a int, b text)`. */
export function recordColumns(definitions: readonly Node[]): RecordColumn[] {
  return definitions.flatMap((node) =>
    'ColumnDef' in node ? [{ name: node.ColumnDef.colname ?? '', type: node.ColumnDef.typeName ?? {} }] : [],
  );
}

/** Builds a query that returns one row per object of an array, or one row for an object. */
export function recordQuery(document: Node, columns: readonly RecordColumn[], isSet: boolean): SelectStmt {
  const rows = isSet ? call('unnest', [call('from_json', [document, constant('["JSON"]')])]) : document;
  return {
    targetList: columns.map(({ name, type }): Node => {
      const isJson = /^jsonb?$/.test(getStringValues(type.names).at(-1) ?? '');
      const member = call(isJson ? 'pg_extract' : 'pg_extract_text', [
        column('row'),
        constant(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
      ]);
      return { ResTarget: { name, val: { TypeCast: { arg: member, typeName: type } } } };
    }),
    fromClause: [
      {
        RangeSubselect: {
          lateral: true,
          subquery: { SelectStmt: { targetList: [{ ResTarget: { name: 'row', val: rows } }] } },
          alias: { aliasname: 'rows' },
        },
      },
    ],
  };
}

/** Unnests several arrays in parallel; shorter ones are padded with NULL. A further name is that of the number of each row. */
export function unnestTargets(arrays: readonly Node[], names: readonly string[]): Node[] {
  return names.map((name, i) => {
    const array = arrays[i];
    return { ResTarget: { name, val: array === undefined ? numberRows(arrays) : call('unnest', [array]) } };
  });
}

function numberRows(arrays: readonly Node[]): Node {
  const args = arrays.map((array) => call('len', [array]));
  return call('generate_series', [number('1'), { MinMaxExpr: { op: 'IS_GREATEST', args } }]);
}
