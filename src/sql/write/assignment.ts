import type { Node } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { UpdateAction, UpdateOperand, WriteCondition } from '../../dynamo/item-write.ts';
import type { DocumentPath } from '../../dynamo/predicate.ts';
import { foldCase } from '../bind/suggestions.ts';
import { callOf } from '../dialect/build.ts';
import { textOf, textsOf, visitNodes } from '../parse/tree.ts';
import { attributeOf } from './attribute-of.ts';
import { constantOf } from './constant.ts';
import { namedTarget, writeTarget, type WriteTarget } from './destination.ts';
import { placesOf } from './item-of.ts';
import { reachable } from './make-parents.ts';
import type { Reading } from './source-rows.ts';

/** One `place = value` of SET. At least one of the two ways is there. */
export interface Assignment {
  readonly target: WriteTarget;
  /** How DynamoDB does it by itself, where the item is as `needs` says. */
  readonly byDynamo: { readonly action: UpdateAction; readonly needs: readonly WriteCondition[] } | undefined;
  /** What the engine finds from an item that was read. */
  readonly expression: Node | undefined;
}

type Given = Pick<Reading, 'parsed' | 'parameters'>;

/** The parts of SET. */
export function assignmentsOf(
  targetList: readonly Node[],
  table: TableDef,
  alias: string,
  given: Given,
): readonly Assignment[] {
  const assignments = targetList.map((node): Assignment => {
    const target = writeTarget(table, namedTarget(node, 'SET'), given.parsed);
    if (target.whole)
      throw new DriverError(
        'SQL_NOT_SUPPORTED',
        'SET "$item": UPDATE sets attributes; REPLACE INTO replaces items.',
      );
    const value = valueNode(node);
    const action = actionOf(value, target, table, alias, given);
    return { target, byDynamo: action, expression: isExpression(value, given) ? value : undefined };
  });
  placesOf(assignments.map(({ target }) => target));
  return assignments;
}

/** `(a, b) = (1, 2)` is taken apart. */
function valueNode(node: Node): Node {
  const value = 'ResTarget' in node ? node.ResTarget.val : undefined;
  if (value === undefined) throw new DriverError('SQL_SYNTAX', 'SET gives no value.');
  if (!('MultiAssignRef' in value)) return value;
  const { source, colno = 1, ncolumns } = value.MultiAssignRef;
  const parts = source !== undefined && 'RowExpr' in source ? (source.RowExpr.args ?? []) : [];
  const part = parts[colno - 1];
  if (part === undefined || parts.length !== ncolumns)
    throw new DriverError('SQL_NOT_SUPPORTED', 'SET (a, b) = … takes a row of as many values: (1, 2).');
  return part;
}

/** Functions that only DynamoDB's update expressions have. */
const UPDATE_FUNCTIONS: ReadonlySet<string> = new Set([
  'if_not_exists',
  'list_append',
  'set_add',
  'set_remove',
  'remove_attribute',
]);

function isExpression(node: Node, { parameters }: Given): boolean {
  return constantOf(node, parameters) === undefined && updateFunctionIn(node) === undefined;
}

/** The name of the first function in an expression that the engine has not got. */
function updateFunctionIn(expression: Node): string | undefined {
  let found: string | undefined;
  visitNodes([expression], (node) => {
    const { name } = callOf(node) ?? {};
    if (name !== undefined && UPDATE_FUNCTIONS.has(name)) found ??= name;
  });
  return found;
}

function actionOf(
  node: Node,
  target: WriteTarget,
  table: TableDef,
  alias: string,
  given: Given,
): Assignment['byDynamo'] {
  const { path } = target;
  const constant = constantOf(node, given.parameters);
  if (constant !== undefined) {
    const value = attributeOf(constant, target);
    const action: UpdateAction =
      value === undefined ? { kind: 'remove', path } : { kind: 'set', path, to: { kind: 'value', value } };
    return { action, needs: reachable(path) };
  }
  const { name = '', args = [] } = callOf(node) ?? {};
  if (name === 'remove_attribute') return { action: { kind: 'remove', path }, needs: reachable(path) };
  if (name === 'set_add' || name === 'set_remove') {
    const [of, members] = args;
    const value = members && constantOf(members, given.parameters);
    const set = value && attributeOf(value, { ...target, label: name });
    const isOwn = of !== undefined && samePath(placeOf(of, target, table, alias, given), path);
    if (!isOwn || set === undefined || !('SS' in set || 'NS' in set || 'BS' in set))
      throw new DriverError(
        'SQL_NOT_SUPPORTED',
        `${name} is written SET ${target.label} = ${name}(${target.label}, string_set('member')), with the column itself and a set of constants.`,
      );
    return {
      action: { kind: name === 'set_add' ? 'add' : 'delete', path, value: set },
      needs: reachable(path),
    };
  }
  const needs: WriteCondition[] = [...reachable(path)];
  const to = operandOf(node, target, table, alias, given, needs);
  if (to !== undefined) return { action: { kind: 'set', path, to }, needs };
  const own = updateFunctionIn(node);
  if (own !== undefined)
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      `${own} takes columns, constants and parameters: DynamoDB computes it by itself.`,
      { position: given.parsed.position(callOf(node)?.call.location ?? 0) },
    );
  return undefined;
}

/** What DynamoDB can assign; `needs` collects what an item must have so that it means what SQL means. */
function operandOf(
  node: Node,
  target: WriteTarget,
  table: TableDef,
  alias: string,
  given: Given,
  needs: WriteCondition[],
): UpdateOperand | undefined {
  const constant = constantOf(node, given.parameters);
  if (constant !== undefined) {
    const value = attributeOf(constant, target);
    return value && { kind: 'value', value };
  }
  const path = placeOf(node, target, table, alias, given);
  if (path !== undefined) {
    needs.push({ kind: 'isNotNull', path });
    return { kind: 'path', path };
  }
  const { name = '', args = [] } = callOf(node) ?? {};
  const [first, second] = args;
  if (name === 'if_not_exists' && first !== undefined && second !== undefined) {
    const of = placeOf(first, target, table, alias, given);
    const otherwise = operandOf(second, target, table, alias, given, needs);
    return of && otherwise && { kind: 'ifNotExists', path: of, otherwise };
  }
  if (name === 'list_append' && first !== undefined && second !== undefined) {
    const left = operandOf(first, target, table, alias, given, needs);
    const right = operandOf(second, target, table, alias, given, needs);
    return left && right && { kind: 'listAppend', left, right };
  }
  return arithmeticOf(node, target, table, alias, given, needs);
}

function arithmeticOf(
  node: Node,
  target: WriteTarget,
  table: TableDef,
  alias: string,
  given: Given,
  needs: WriteCondition[],
): UpdateOperand | undefined {
  if (!('A_Expr' in node) || node.A_Expr.kind !== 'AEXPR_OP') return undefined;
  const operator = textOf(node.A_Expr.name?.at(-1));
  const { lexpr, rexpr } = node.A_Expr;
  if ((operator !== '+' && operator !== '-') || lexpr === undefined || rexpr === undefined) return undefined;
  const sides = [lexpr, rexpr].map((side): UpdateOperand | undefined => {
    const constant = constantOf(side, given.parameters);
    if (constant !== undefined)
      return constant.kind === 'number' ? { kind: 'value', value: { N: constant.text } } : undefined;
    if (callOf(side)?.name === 'if_not_exists') return operandOf(side, target, table, alias, given, needs);
    const path = pathOf(side, table, alias, given);
    if (path === undefined || !holdsNumbers(side, table)) return undefined;
    needs.push({ kind: 'hasType', path, type: 'N' });
    return { kind: 'path', path };
  });
  const [left, right] = sides;
  return left && right && { kind: operator === '+' ? 'plus' : 'minus', left, right };
}

/** Whether the sampled values of the column are numbers and nothing else. */
function holdsNumbers(node: Node, table: TableDef): boolean {
  const name = 'ColumnRef' in node ? textsOf(node.ColumnRef.fields).at(-1) : undefined;
  const column = table.columns.find((each) => each.name === name || each.name.toLowerCase() === name);
  return column !== undefined && Object.keys(column.seen).join() === 'N';
}

/** The place that is assigned to, also where no item was seen to have it; else that of a column. */
function placeOf(
  node: Node,
  target: WriteTarget,
  table: TableDef,
  alias: string,
  given: Given,
): DocumentPath | undefined {
  const names = 'ColumnRef' in node ? textsOf(node.ColumnRef.fields) : [];
  const own = foldCase(target.path.join('.'));
  const isOwn = [names, names[0] === alias ? names.slice(1) : []].some(
    (parts) => foldCase(parts.join('.')) === own,
  );
  return isOwn ? target.path : pathOf(node, table, alias, given);
}

/** The place that a bare column of the table is. */
function pathOf(node: Node, table: TableDef, alias: string, { parsed }: Given): DocumentPath | undefined {
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

function samePath(a: DocumentPath | undefined, b: DocumentPath): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}
