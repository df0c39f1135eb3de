import { isDeepStrictEqual } from 'node:util';
import type { Node } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { toSqlType } from '../../catalog/declared-type.ts';
import { keyTypeFor } from '../../catalog/schemas/column-types.ts';
import type { TableDef } from '../../catalog/table-def.ts';
import type { UpdateOperand, WriteCondition } from '../../dynamo/write/item-write.ts';
import type { DocumentPath } from '../../dynamo/expression/predicate.ts';
import { isSamePath } from '../plan/implies.ts';
import { sumConditions } from './declared-sum.ts';
import { foldCase } from '../bind/suggestions.ts';
import { matchCall } from '../dialect/build.ts';
import { getStringValue, getStringValues } from '../parse/tree.ts';
import { toPlainJson } from '../types/plain-document.ts';
import { toAttribute } from './to-attribute.ts';
import { evaluateConstant } from './constant.ts';
import { resolveWriteTarget, type WriteTarget } from './write-target.ts';
import type { StatementScope } from './statement-scope.ts';

/** What the value of one `column = value` is resolved against. */
export interface AssignmentScope extends Pick<StatementScope, 'parsed' | 'parameters'> {
  /** The assigned path. */
  readonly target: WriteTarget;
  readonly table: TableDef;
  /** The table's name in the statement. */
  readonly alias: string;
}

/** A value that DynamoDB computes, and the conditions on the item under which the result equals SQL's. */
export interface Operand {
  readonly to: UpdateOperand;
  readonly needs: readonly WriteCondition[];
}

/** The operand of an update expression; undefined if the engine must compute the value. */
export function toOperand(node: Node, scope: AssignmentScope): Operand | undefined {
  const constant = evaluateConstant(node, scope.parameters);
  if (constant !== undefined) {
    const value = toAttribute(constant, scope.target);
    return value && { to: { kind: 'value', value }, needs: [] };
  }
  const path = resolveOperandPath(node, scope);
  if (path !== undefined)
    return holdsDeclaredType(path, scope)
      ? { to: { kind: 'path', path }, needs: [{ kind: 'isNotNull', path }] }
      : undefined;
  const { name, args: [first, second] = [] } = matchCall(node) ?? {};
  if (name === 'if_not_exists' && first !== undefined && second !== undefined) {
    const column = resolveOperandPath(first, scope);
    const tested = column !== undefined && holdsDeclaredType(column, scope) ? column : undefined;
    const otherwise = toOperand(second, scope);
    return (
      tested &&
      otherwise && {
        ...otherwise,
        to: { kind: 'ifNotExists', path: tested, otherwise: otherwise.to },
      }
    );
  }
  if (name === 'list_append' && first !== undefined && second !== undefined)
    return combine('listAppend', toOperand(first, scope), toOperand(second, scope));
  return toArithmetic(node, scope);
}

function toArithmetic(node: Node, scope: AssignmentScope): Operand | undefined {
  if (!('A_Expr' in node) || node.A_Expr.kind !== 'AEXPR_OP') return undefined;
  const { name, lexpr, rexpr } = node.A_Expr;
  const operator = getStringValue(name?.at(-1));
  if ((operator !== '+' && operator !== '-') || lexpr === undefined || rexpr === undefined) return undefined;
  const kind = operator === '+' ? 'plus' : 'minus';
  const left = toNumberOperand(lexpr, scope);
  const right = toNumberOperand(rexpr, scope);
  const sum = combine(kind, left, right);
  const { declared, path } = scope.target;
  if (sum === undefined || declared === undefined) return sum;
  const within = left && right && sumConditions(declared, path, kind, left.to, right.to);
  return within && { ...sum, needs: [...sum.needs, ...within] };
}

/** Whether DynamoDB may copy what is stored at a path: it is of the type that the assigned column declares. */
function holdsDeclaredType(path: DocumentPath, { target, table }: AssignmentScope): boolean {
  const { declared, time, members } = target;
  if (isSamePath(path, target.path)) return true;
  if (members !== undefined) return false;
  const source = table.columns.find((column) => isSamePath(column.path, path));
  // Dates are copied between columns of one form.
  if (time !== undefined && (time.isDeclared || (source !== undefined && 'stored' in source.type)))
    return isDeepStrictEqual(source?.type, time.type);
  if (declared === undefined || toSqlType(declared)?.kind === 'json') return true;
  return isDeepStrictEqual(source?.declared, declared);
}

/** One side of a sum. */
function toNumberOperand(node: Node, scope: AssignmentScope): Operand | undefined {
  const constant = evaluateConstant(node, scope.parameters);
  if (constant !== undefined)
    return constant.kind === 'number'
      ? { to: { kind: 'value', value: { N: constant.text } }, needs: [] }
      : undefined;
  if (matchCall(node)?.name === 'if_not_exists') return toNumberOrDefault(node, scope);
  const path = resolveColumnPath(node, scope);
  if (path === undefined || !holdsNumbers(node, scope.table)) return undefined;
  return { to: { kind: 'path', path }, needs: [{ kind: 'hasType', path, type: 'N' }] };
}

/** DynamoDB refuses to add to a value of another type with an error that names neither the item nor the value. */
function toNumberOrDefault(node: Node, scope: AssignmentScope): Operand | undefined {
  const operand = toOperand(node, scope);
  if (operand?.to.kind !== 'ifNotExists') return operand;
  const { path, otherwise } = operand.to;
  if (otherwise.kind === 'value' && !('N' in otherwise.value))
    throw new DriverError(
      'SQL_BAD_VALUE',
      `cannot compute with ${toPlainJson(otherwise.value)}, which is not a number`,
    );
  const isNumber: WriteCondition = {
    kind: 'or',
    of: [
      { kind: 'attributeExists', path, negated: true },
      { kind: 'hasType', path, type: 'N' },
    ],
  };
  return { ...operand, needs: [...operand.needs, isNumber] };
}

function combine(
  kind: 'listAppend' | 'plus' | 'minus',
  left: Operand | undefined,
  right: Operand | undefined,
): Operand | undefined {
  return (
    left && right && { to: { kind, left: left.to, right: right.to }, needs: [...left.needs, ...right.needs] }
  );
}

/** Whether numbers were sampled in the column, or it is declared so and was not sampled. */
function holdsNumbers(node: Node, table: TableDef): boolean {
  const name = 'ColumnRef' in node ? getStringValues(node.ColumnRef.fields).at(-1) : undefined;
  const column = table.columns.find((each) => each.name === name || each.name.toLowerCase() === name);
  if (column === undefined) return false;
  const seen = Object.keys(column.seen);
  return (
    seen.includes('N') ||
    (seen.length === 0 && column.declared !== undefined && keyTypeFor(column.type) === 'N')
  );
}

/** The path of a column, or of the assigned attribute itself even if no sampled item has it. */
export function resolveOperandPath(node: Node, scope: AssignmentScope): DocumentPath | undefined {
  const { target, alias } = scope;
  const names = 'ColumnRef' in node ? getStringValues(node.ColumnRef.fields) : [];
  const assigned = foldCase(target.path.join('.'));
  const isAssigned = [names, names[0] === alias ? names.slice(1) : []].some(
    (parts) => foldCase(parts.join('.')) === assigned,
  );
  return resolveColumnPath(node, scope) ?? (isAssigned ? target.path : undefined);
}

/** The path of a bare column of the table. */
function resolveColumnPath(node: Node, { table, alias, parsed }: AssignmentScope): DocumentPath | undefined {
  if (!('ColumnRef' in node)) return undefined;
  const names = getStringValues(node.ColumnRef.fields);
  const name = names.at(-1);
  if (name === undefined || names.length > 2 || (names.length === 2 && names[0] !== alias)) return undefined;
  const { column, whole, path } = resolveWriteTarget(
    table,
    { name, steps: [], location: node.ColumnRef.location ?? 0 },
    parsed,
  );
  return column === undefined || whole ? undefined : path;
}
