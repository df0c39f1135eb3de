import type { Node } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import type { UpdateOperand, WriteCondition } from '../../dynamo/write/item-write.ts';
import type { DocumentPath } from '../../dynamo/expression/predicate.ts';
import { foldCase } from '../bind/suggestions.ts';
import { callOf } from '../dialect/build.ts';
import { textOf, textsOf } from '../parse/tree.ts';
import { attributeOf } from './attribute-of.ts';
import { constantOf } from './constant.ts';
import { writeTarget, type WriteTarget } from './destination.ts';
import type { StatementScope } from './source-rows.ts';

/** What the value of one `place = value` is read against. */
export interface Setting extends Pick<StatementScope, 'parsed' | 'parameters'> {
  /** The place. */
  readonly target: WriteTarget;
  readonly table: TableDef;
  /** The name that the statement has for the table. */
  readonly alias: string;
}

/** A value that DynamoDB finds by itself, and what an item must have so that it means what SQL means. */
export interface Operand {
  readonly to: UpdateOperand;
  readonly needs: readonly WriteCondition[];
}

/** What DynamoDB can assign; undefined where the engine must find it. */
export function operandOf(node: Node, setting: Setting): Operand | undefined {
  const constant = constantOf(node, setting.parameters);
  if (constant !== undefined) {
    const value = attributeOf(constant, setting.target);
    return value && { to: { kind: 'value', value }, needs: [] };
  }
  const path = placeOf(node, setting);
  if (path !== undefined) return { to: { kind: 'path', path }, needs: [{ kind: 'isNotNull', path }] };
  const { name, args: [first, second] = [] } = callOf(node) ?? {};
  if (name === 'if_not_exists' && first !== undefined && second !== undefined) {
    const of = placeOf(first, setting);
    const otherwise = operandOf(second, setting);
    return (
      of && otherwise && { ...otherwise, to: { kind: 'ifNotExists', path: of, otherwise: otherwise.to } }
    );
  }
  if (name === 'list_append' && first !== undefined && second !== undefined)
    return both('listAppend', operandOf(first, setting), operandOf(second, setting));
  return arithmeticOf(node, setting);
}

function arithmeticOf(node: Node, setting: Setting): Operand | undefined {
  if (!('A_Expr' in node) || node.A_Expr.kind !== 'AEXPR_OP') return undefined;
  const { name, lexpr, rexpr } = node.A_Expr;
  const operator = textOf(name?.at(-1));
  if ((operator !== '+' && operator !== '-') || lexpr === undefined || rexpr === undefined) return undefined;
  return both(operator === '+' ? 'plus' : 'minus', numberOf(lexpr, setting), numberOf(rexpr, setting));
}

/** A side of a sum. */
function numberOf(node: Node, setting: Setting): Operand | undefined {
  const constant = constantOf(node, setting.parameters);
  if (constant !== undefined)
    return constant.kind === 'number'
      ? { to: { kind: 'value', value: { N: constant.text } }, needs: [] }
      : undefined;
  if (callOf(node)?.name === 'if_not_exists') return operandOf(node, setting);
  const path = pathOf(node, setting);
  if (path === undefined || !holdsNumbers(node, setting.table)) return undefined;
  return { to: { kind: 'path', path }, needs: [{ kind: 'hasType', path, type: 'N' }] };
}

function both(
  kind: 'listAppend' | 'plus' | 'minus',
  left: Operand | undefined,
  right: Operand | undefined,
): Operand | undefined {
  return (
    left && right && { to: { kind, left: left.to, right: right.to }, needs: [...left.needs, ...right.needs] }
  );
}

/** Whether the sampled values of the column are numbers and nothing else. */
function holdsNumbers(node: Node, table: TableDef): boolean {
  const name = 'ColumnRef' in node ? textsOf(node.ColumnRef.fields).at(-1) : undefined;
  const column = table.columns.find((each) => each.name === name || each.name.toLowerCase() === name);
  return column !== undefined && Object.keys(column.seen).join() === 'N';
}

/** The place that is assigned to, also where no item was seen to have it; else that of a column. */
export function placeOf(node: Node, setting: Setting): DocumentPath | undefined {
  const { target, alias } = setting;
  const names = 'ColumnRef' in node ? textsOf(node.ColumnRef.fields) : [];
  const own = foldCase(target.path.join('.'));
  const isOwn = [names, names[0] === alias ? names.slice(1) : []].some(
    (parts) => foldCase(parts.join('.')) === own,
  );
  return isOwn ? target.path : pathOf(node, setting);
}

/** The place that a bare column of the table is. */
function pathOf(node: Node, { table, alias, parsed }: Setting): DocumentPath | undefined {
  if (!('ColumnRef' in node)) return undefined;
  const names = textsOf(node.ColumnRef.fields);
  const name = names.at(-1);
  if (name === undefined || names.length > 2 || (names.length === 2 && names[0] !== alias)) return undefined;
  const { column, whole, path } = writeTarget(
    table,
    { name, steps: [], location: node.ColumnRef.location ?? 0 },
    parsed,
  );
  return column === undefined || whole ? undefined : path;
}
