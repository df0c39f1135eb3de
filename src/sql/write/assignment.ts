import type { Node } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeValue } from '../../dynamo/attribute-value.ts';
import type { UpdateAction, WriteCondition } from '../../dynamo/write/item-write.ts';
import type { DocumentPath } from '../../dynamo/expression/predicate.ts';
import { callOf } from '../dialect/build.ts';
import { visitNodes } from '../parse/tree.ts';
import { attributeOf } from './attribute-of.ts';
import { constantOf } from './constant.ts';
import { namedTarget, writeTarget, type WriteTarget } from './destination.ts';
import { placesOf } from './item-of.ts';
import { reachable } from './make-parents.ts';
import type { StatementScope } from './source-rows.ts';
import { operandOf, placeOf, type Setting } from './update-operand.ts';

/** One `place = value` of SET. At least one of the two ways is there. */
export interface Assignment {
  readonly target: WriteTarget;
  /** How DynamoDB does it by itself, where the item is as `needs` says. */
  readonly byDynamo: { readonly action: UpdateAction; readonly needs: readonly WriteCondition[] } | undefined;
  /** What the engine finds from an item that was read. */
  readonly expression: Node | undefined;
}

type Given = Pick<StatementScope, 'parsed' | 'parameters'>;

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
    const byDynamo = actionOf(value, { ...given, target, table, alias });
    return { target, byDynamo, expression: isExpression(value, given) ? value : undefined };
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

function actionOf(node: Node, setting: Setting): Assignment['byDynamo'] {
  const { target, parameters, parsed } = setting;
  const { path } = target;
  const constant = constantOf(node, parameters);
  if (constant !== undefined) {
    const value = attributeOf(constant, target);
    const action: UpdateAction =
      value === undefined ? { kind: 'remove', path } : { kind: 'set', path, to: { kind: 'value', value } };
    return { action, needs: reachable(path) };
  }
  const { name = '', args = [] } = callOf(node) ?? {};
  if (name === 'remove_attribute') return { action: { kind: 'remove', path }, needs: reachable(path) };
  if (name === 'set_add' || name === 'set_remove')
    return {
      action: { kind: name === 'set_add' ? 'add' : 'delete', path, value: membersOf(name, args, setting) },
      needs: reachable(path),
    };
  const operand = operandOf(node, setting);
  if (operand !== undefined)
    return { action: { kind: 'set', path, to: operand.to }, needs: [...reachable(path), ...operand.needs] };
  const own = updateFunctionIn(node);
  if (own !== undefined)
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      `${own} takes columns, constants and parameters: DynamoDB computes it by itself.`,
      { position: parsed.position(callOf(node)?.call.location ?? 0) },
    );
  return undefined;
}

/** What a set gains or loses. */
function membersOf(name: string, [of, members]: readonly Node[], setting: Setting): AttributeValue {
  const { target, parameters } = setting;
  const value = members && constantOf(members, parameters);
  const set = value && attributeOf(value, { ...target, label: name });
  const isOwn = of !== undefined && samePath(placeOf(of, setting), target.path);
  if (!isOwn || set === undefined || !('SS' in set || 'NS' in set || 'BS' in set))
    throw new DriverError(
      'SQL_NOT_SUPPORTED',
      `${name} is written SET ${target.label} = ${name}(${target.label}, string_set('member')), with the column itself and a set of constants.`,
    );
  return set;
}

function samePath(a: DocumentPath | undefined, b: DocumentPath): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}
