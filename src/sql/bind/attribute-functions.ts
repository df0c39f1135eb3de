import type { Node } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { ATTRIBUTE_TYPES } from '../../dynamo/attribute-value.ts';
import { call, getConstantText, matchCall } from '../dialect/build.ts';
import { ATTRIBUTE_FUNCTIONS } from './attribute-function-names.ts';
import { resolveOperatorPath, toStoredAttribute } from './attribute-path.ts';
import type { Binder } from './binder.ts';
import { isPending, type Scope } from './scope.ts';

/**
 * Binds a call of a function of DynamoDB's condition expressions. Applied to an attribute it sees the value as DynamoDB
 * stores it; applied to another expression it sees the value. Undefined for all other nodes.
 */
export function bindAttributeFunction(
  node: Node,
  scope: Scope,
  binder: Binder,
  bind: (node: Node) => Node,
): Node | undefined {
  const fn = matchCall(node);
  if (fn === undefined || !ATTRIBUTE_FUNCTIONS.has(fn.name) || fn.call.funcname?.length !== 1)
    return undefined;
  const [target, operand, ...more] = fn.args;
  const parameters = HAS_OPERAND.has(fn.name) ? 2 : 1;
  if (target === undefined || fn.args.length !== parameters || more.length > 0) return undefined;
  const path = resolveOperatorPath(target, { scope, binder, bind });
  const stored = path && toStoredAttribute(path);
  const second = operand && bind(operand);
  if (path?.column.plainText === true && path.steps.length === 0 && ON_VALUES.has(fn.name))
    return call(`pg_${fn.name}`, [bind(target), ...(second === undefined ? [] : [second])]);
  switch (fn.name) {
    case 'attribute_exists':
    case 'attribute_not_exists': {
      const nulltesttype = fn.name === 'attribute_exists' ? 'IS_NOT_NULL' : 'IS_NULL';
      return { NullTest: { arg: stored ?? refuseValue(), nulltesttype } };
    }
    case 'attribute_type':
      checkType(operand);
      return call('pg_attribute_type', [stored ?? refuseValue(), second ?? target]);
    default:
      return stored === undefined
        ? call(`pg_${fn.name}`, [bind(target), ...(second === undefined ? [] : [second])])
        : call(`pg_stored_${fn.name}`, [stored, ...(second === undefined ? [] : [second])]);
  }

  /** While the catalog is being asked for the table, the call is bound as something that it will not remain. */
  function refuseValue(): Node {
    if (isPending(scope)) return { A_Const: { isnull: true } };
    throw new DriverError('SQL_BAD_ARGUMENT', `${fn?.name} requires an attribute of a table`, {
      position: binder.position(fn?.call.location),
      remedy: 'Call it in the query that reads the table, on a column or on a path such as address.city.',
    });
  }

  function checkType(type: Node | undefined): void {
    const text = getConstantText(type);
    if (text === undefined || ATTRIBUTE_TYPES.some((each) => each === text)) return;
    throw new DriverError('SQL_BAD_ARGUMENT', `"${text}" is not a type of DynamoDB`, {
      position: binder.position(fn?.call.location),
      candidates: ATTRIBUTE_TYPES,
      remedy: `Use one of ${ATTRIBUTE_TYPES.join(', ')}.`,
    });
  }
}

const HAS_OPERAND: ReadonlySet<string> = new Set(['attribute_type', 'begins_with', 'contains']);
/** Those that find the same in a column of strings as in the stored attribute. */
const ON_VALUES: ReadonlySet<string> = new Set(['begins_with', 'contains', 'size']);
