import type { Node } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeValue } from '../../dynamo/attribute-value.ts';
import type { UpdateAction, WriteCondition } from '../../dynamo/write/item-write.ts';
import { matchCall } from '../dialect/build.ts';
import { visitNodes } from '../parse/tree.ts';
import { isSamePath } from '../plan/implies.ts';
import { toAttribute } from './to-attribute.ts';
import { evaluateConstant } from './constant.ts';
import { parseNamedTarget, resolveWriteTarget, type WriteTarget } from './write-target.ts';
import { assertDistinctTargets } from './build-item.ts';
import { parentConditions } from './make-parents.ts';
import type { StatementScope } from './statement-scope.ts';
import { toOperand, resolveOperandPath, type AssignmentScope } from './update-operand.ts';

/** One `column = value` of SET. At least one of `nativeUpdate` and `expression` is set. */
export interface Assignment {
  readonly target: WriteTarget;
  /** The update expression that does it, valid for items that meet `needs`. */
  readonly nativeUpdate:
    | { readonly action: UpdateAction; readonly needs: readonly WriteCondition[] }
    | undefined;
  /** The SQL expression that the engine evaluates over the item it was read from. */
  readonly expression: Node | undefined;
}

type ExpressionScope = Pick<StatementScope, 'parsed' | 'parameters'>;

/** The assignments of a SET list. */
export function parseAssignments(
  targetList: readonly Node[],
  table: TableDef,
  alias: string,
  scope: ExpressionScope,
): readonly Assignment[] {
  const assignments = targetList.map((node): Assignment => {
    const target = resolveWriteTarget(table, parseNamedTarget(node, 'SET'), scope.parsed);
    if (target.whole)
      throw new DriverError('SQL_NOT_SUPPORTED', 'UPDATE cannot set "$item" as a whole', {
        remedy: 'Set single attributes, or replace whole items with REPLACE INTO.',
      });
    const value = valueNode(node);
    const byDynamo = toNativeUpdate(value, { ...scope, target, table, alias });
    return { target, nativeUpdate: byDynamo, expression: isExpression(value, scope) ? value : undefined };
  });
  assertDistinctTargets(
    assignments.map(({ target }) => target),
    (label) => `multiple assignments to same column "${label}"`,
  );
  return assignments;
}

/** The value of one column; `(a, b) = (1, 2)` is split into its columns. */
function valueNode(node: Node): Node {
  const value = 'ResTarget' in node ? node.ResTarget.val : undefined;
  if (value === undefined) throw new DriverError('SQL_SYNTAX', 'SET has no value');
  if (!('MultiAssignRef' in value)) return value;
  const { source, colno = 1, ncolumns } = value.MultiAssignRef;
  const parts = source !== undefined && 'RowExpr' in source ? (source.RowExpr.args ?? []) : [];
  const part = parts[colno - 1];
  if (part === undefined || parts.length !== ncolumns)
    throw new DriverError(
      parts.length === 0 ? 'SQL_NOT_SUPPORTED' : 'SQL_SYNTAX',
      parts.length === 0
        ? 'source for a multiple-column UPDATE item must be a ROW() expression'
        : 'number of columns does not match number of values',
      { remedy: 'Write one value for each column: SET (a, b) = (1, 2).' },
    );
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

function isExpression(node: Node, { parameters }: ExpressionScope): boolean {
  return evaluateConstant(node, parameters) === undefined && findUpdateFunction(node) === undefined;
}

/** The name of the first function in an expression that exists only in DynamoDB's update expressions. */
function findUpdateFunction(expression: Node): string | undefined {
  let name: string | undefined;
  visitNodes([expression], (node) => {
    const { name: called } = matchCall(node) ?? {};
    if (called !== undefined && UPDATE_FUNCTIONS.has(called)) name ??= called;
  });
  return name;
}

function toNativeUpdate(node: Node, scope: AssignmentScope): Assignment['nativeUpdate'] {
  const { target, parameters, parsed } = scope;
  const { path } = target;
  const constant = evaluateConstant(node, parameters);
  if (constant !== undefined) {
    const value = toAttribute(constant, target);
    const action: UpdateAction =
      value === undefined ? { kind: 'remove', path } : { kind: 'set', path, to: { kind: 'value', value } };
    return { action, needs: parentConditions(path) };
  }
  const { name = '', args = [] } = matchCall(node) ?? {};
  if (name === 'remove_attribute') return { action: { kind: 'remove', path }, needs: parentConditions(path) };
  if (name === 'set_add' || name === 'set_remove')
    return {
      action: {
        kind: name === 'set_add' ? 'add' : 'delete',
        path,
        value: readSetMembers(name, args, scope),
      },
      needs: parentConditions(path),
    };
  const operand = toOperand(node, scope);
  if (operand !== undefined)
    return {
      action: { kind: 'set', path, to: operand.to },
      needs: [...parentConditions(path), ...operand.needs],
    };
  const updateFunction = findUpdateFunction(node);
  if (updateFunction !== undefined)
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      `${updateFunction} accepts only columns, constants and parameters, because DynamoDB evaluates it`,
      { position: parsed.position(matchCall(node)?.call.location ?? 0) },
    );
  return undefined;
}

/** The members that set_add or set_remove changes. */
function readSetMembers(
  name: string,
  [column, members]: readonly Node[],
  scope: AssignmentScope,
): AttributeValue {
  const { target, parameters } = scope;
  const value = members && evaluateConstant(members, parameters);
  const set = value && toAttribute(value, { ...target, label: name });
  const path = column && resolveOperandPath(column, scope);
  const isOwnColumn = path !== undefined && isSamePath(path, target.path);
  if (!isOwnColumn || set === undefined || !('SS' in set || 'NS' in set || 'BS' in set))
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      `${name} takes the assigned column itself and a set of constants`,
      { remedy: `Write SET ${target.label} = ${name}(${target.label}, string_set('member')).` },
    );
  return set;
}
