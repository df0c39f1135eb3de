import type { Node } from 'libpg-query';
import { findIndexByName } from '../../catalog/dotted-name.ts';
import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';
import type { ParsedHint } from '../parse/hints.ts';
import { getStringValues } from '../parse/tree.ts';
import type { Binder } from './binder.ts';
import type { IndexHint } from './relation.ts';
import { findColumn, findFromItem, type Scope, type FromItem } from './scope.ts';

/** Resolves the index names of a hint. */
export function resolveHint({ kind, names, position }: ParsedHint, table: TableDef): IndexHint {
  const all = table.indexes.map((index) => index.name);
  return { kind, indexes: names?.map((name) => resolveIndex(table, name, position)) ?? all };
}

function resolveIndex(table: TableDef, name: string, position: number): string {
  const index = findIndexByName(table, name);
  if (index !== undefined) return index.name;
  const known = table.indexes.map((each) => each.name);
  const candidates = nearest(name, known);
  const remedy =
    candidates.length > 0
      ? `Perhaps you meant the index "${candidates.join('" or "')}".`
      : known.length > 0
        ? `Use one of the indexes of the table: "${known.join('", "')}".`
        : 'Omit the index: the table has none.';
  throw new DriverError('SQL_UNKNOWN_INDEX', `index "${name}" for table "${table.name}" does not exist`, {
    position,
    candidates: candidates.length > 0 ? candidates : known,
    remedy,
  });
}

const PSEUDO_COLUMN = 'secondaryindexname';

/** Removes `SecondaryIndexName = 'index'` from a condition and applies it as an index hint. */
export function takeIndexNames(where: Node, scope: Scope, binder: Binder): Node | undefined {
  const parts = 'BoolExpr' in where && where.BoolExpr.boolop === 'AND_EXPR' ? where.BoolExpr.args : [where];
  const rest = (parts ?? []).filter((part) => !takeIndexName(part, scope, binder));
  if (rest.length === parts?.length) return where;
  const [first, second] = rest;
  return second === undefined ? first : { BoolExpr: { boolop: 'AND_EXPR', args: rest } };
}

function takeIndexName(part: Node, scope: Scope, binder: Binder): boolean {
  if (
    !('A_Expr' in part) ||
    part.A_Expr.kind !== 'AEXPR_OP' ||
    getStringValues(part.A_Expr.name).join('') !== '='
  )
    return false;
  const { lexpr, rexpr } = part.A_Expr;
  const [column, value] = isPseudoColumn(lexpr) ? [lexpr, rexpr] : [rexpr, lexpr];
  if (!isPseudoColumn(column) || column === undefined || !('ColumnRef' in column)) return false;
  const { fields, location } = column.ColumnRef;
  const position = binder.position(location);
  const { relation } = findIndexSource(getStringValues(fields), scope, position) ?? {};
  if (relation === undefined) return false;
  const name = value !== undefined && 'A_Const' in value ? value.A_Const.sval?.sval : undefined;
  if (name === undefined)
    throw new DriverError('SQL_SYNTAX', 'SecondaryIndexName must be compared with a string constant', {
      position,
      remedy: "Write the name of an index in single quotes: SecondaryIndexName = 'by_status'.",
    });
  binder.hint(relation, { kind: 'only', indexes: [resolveIndex(relation.table, name, position)] });
  return true;
}

function isPseudoColumn(node: Node | undefined): boolean {
  return (
    node !== undefined &&
    'ColumnRef' in node &&
    getStringValues(node.ColumnRef.fields).at(-1)?.toLowerCase() === PSEUDO_COLUMN
  );
}

/** The only table that the pseudo column can refer to; undefined if a real column has that name. */
function findIndexSource(fields: readonly string[], scope: Scope, position: number): FromItem | undefined {
  const among =
    fields.length > 1 ? [findFromItem(scope, fields.slice(0, -1), () => position)] : scope.sources;
  const named = fields.at(-1) ?? '';
  if (among.some(({ columns }) => findColumn(columns ?? [], named, () => position) !== undefined))
    return undefined;
  const [source, second] = among.filter(({ relation }) => relation !== undefined);
  if (second === undefined) return source;
  throw new DriverError('SQL_AMBIGUOUS_COLUMN', 'column reference "SecondaryIndexName" is ambiguous', {
    position,
    remedy: 'Qualify it with the table name or alias.',
  });
}
