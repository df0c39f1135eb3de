import type { Key } from '../read/access-path.ts';
import type { AttributeMap, AttributeValue } from '../attribute-value.ts';
import { buildConjunct } from '../expression/expression.ts';
import type { DocumentPath, Predicate } from '../expression/predicate.ts';
import { newPlaceholders, type Placeholders } from '../expression/placeholders.ts';

/** A condition on the current item of a write; an item that does not exist has no attributes. */
export type WriteCondition =
  | Predicate
  /** The item, and so its partition key attribute, exists. */
  | { readonly kind: 'exists'; readonly attribute: string }
  | { readonly kind: 'absent'; readonly attribute: string }
  /** The attribute still has this value; undefined: still does not exist. */
  | { readonly kind: 'unchanged'; readonly path: DocumentPath; readonly value: AttributeValue | undefined };

/** A value that SET assigns. */
export type UpdateOperand =
  | { readonly kind: 'value'; readonly value: AttributeValue }
  | { readonly kind: 'path'; readonly path: DocumentPath }
  | { readonly kind: 'ifNotExists'; readonly path: DocumentPath; readonly otherwise: UpdateOperand }
  | {
      readonly kind: 'plus' | 'minus' | 'listAppend';
      readonly left: UpdateOperand;
      readonly right: UpdateOperand;
    };

export type UpdateAction =
  | { readonly kind: 'set'; readonly path: DocumentPath; readonly to: UpdateOperand }
  | { readonly kind: 'remove'; readonly path: DocumentPath }
  /** Adds to a number, or elements to a set; creates the attribute if it does not exist. */
  | { readonly kind: 'add'; readonly path: DocumentPath; readonly value: AttributeValue }
  /** Removes elements from a set. */
  | { readonly kind: 'delete'; readonly path: DocumentPath; readonly value: AttributeValue };

/** A write of one item, which is applied only if all conditions hold. */
export type ItemWrite = { readonly table: string; readonly conditions: readonly WriteCondition[] } & (
  | { readonly kind: 'put'; readonly item: AttributeMap }
  | { readonly kind: 'update'; readonly key: Key; readonly actions: readonly UpdateAction[] }
  | { readonly kind: 'delete'; readonly key: Key }
  /** A ConditionCheck: its conditions guard the other writes of a transaction. */
  | { readonly kind: 'check'; readonly key: Key }
);

export type WriteOperation =
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'TransactWriteItems'
  | 'BatchWriteItem';

/** An operation and its input in DynamoDB's JSON format. */
export interface BuiltWrite {
  readonly operation: WriteOperation;
  readonly input: Readonly<Record<string, unknown>>;
}

/** The image of the item to return. */
export type ReturnValues = 'NONE' | 'ALL_OLD' | 'ALL_NEW';

/** Builds the request for one write. If a condition fails, the error response includes the current item. */
export function buildWriteRequest(
  write: Exclude<ItemWrite, { kind: 'check' }>,
  returned: ReturnValues,
): BuiltWrite {
  const operation = ({ put: 'PutItem', update: 'UpdateItem', delete: 'DeleteItem' } as const)[write.kind];
  return {
    operation,
    input: {
      ...buildAction(write),
      ...(returned === 'NONE' ? {} : { ReturnValues: returned }),
      ...(write.conditions.length > 0 && { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
      ReturnConsumedCapacity: 'INDEXES',
    },
  };
}

/** Builds the request for a transaction. The token makes it idempotent for ten minutes. */
export function buildTransactionRequest(writes: readonly ItemWrite[], token: string): BuiltWrite {
  return {
    operation: 'TransactWriteItems',
    input: {
      TransactItems: writes.map((write) => ({
        [TRANSACT_MEMBER[write.kind]]: {
          ...buildAction(write),
          ...(write.conditions.length > 0 && { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
        },
      })),
      ClientRequestToken: token,
      ReturnConsumedCapacity: 'INDEXES',
    },
  };
}

const TRANSACT_MEMBER = { put: 'Put', update: 'Update', delete: 'Delete', check: 'ConditionCheck' } as const;

function buildAction(write: ItemWrite): Readonly<Record<string, unknown>> {
  const placeholders = newPlaceholders();
  const conditions = write.conditions.map((condition) => formatCondition(condition, placeholders));
  const update = write.kind === 'update' ? buildUpdateExpression(write.actions, placeholders) : '';
  return {
    TableName: write.table,
    ...(write.kind === 'put' ? { Item: write.item } : { Key: write.key }),
    ...(update !== '' && { UpdateExpression: update }),
    ...(conditions.length > 0 && { ConditionExpression: conditions.join(' AND ') }),
    ...placeholders.declarations(),
  };
}

function formatCondition(condition: WriteCondition, placeholders: Placeholders): string {
  if (condition.kind === 'exists') return `attribute_exists(${placeholders.path([condition.attribute])})`;
  if (condition.kind === 'absent') return `attribute_not_exists(${placeholders.path([condition.attribute])})`;
  if (condition.kind !== 'unchanged') return buildConjunct(condition, placeholders);
  const path = placeholders.path(condition.path);
  return condition.value === undefined
    ? `attribute_not_exists(${path})`
    : `${path} = ${placeholders.value(condition.value)}`;
}

const CLAUSES = { set: 'SET', remove: 'REMOVE', add: 'ADD', delete: 'DELETE' } as const;

function buildUpdateExpression(actions: readonly UpdateAction[], placeholders: Placeholders): string {
  return Object.entries(CLAUSES)
    .map(([kind, clause]) => {
      const matching = actions.filter((action) => action.kind === kind);
      return matching.length === 0
        ? ''
        : `${clause} ${matching.map((action) => formatAction(action, placeholders)).join(', ')}`;
    })
    .filter((clause) => clause !== '')
    .join(' ');
}

function formatAction(action: UpdateAction, placeholders: Placeholders): string {
  const path = placeholders.path(action.path);
  switch (action.kind) {
    case 'set':
      return `${path} = ${formatOperand(action.to, placeholders)}`;
    case 'remove':
      return path;
    case 'add':
    case 'delete':
      return `${path} ${placeholders.value(action.value)}`;
  }
}

function formatOperand(operand: UpdateOperand, placeholders: Placeholders): string {
  switch (operand.kind) {
    case 'value':
      return placeholders.value(operand.value);
    case 'path':
      return placeholders.path(operand.path);
    case 'ifNotExists':
      return `if_not_exists(${placeholders.path(operand.path)}, ${formatOperand(operand.otherwise, placeholders)})`;
    case 'plus':
      return `${formatOperand(operand.left, placeholders)} + ${formatOperand(operand.right, placeholders)}`;
    case 'minus':
      return `${formatOperand(operand.left, placeholders)} - ${formatOperand(operand.right, placeholders)}`;
    case 'listAppend':
      return `list_append(${formatOperand(operand.left, placeholders)}, ${formatOperand(operand.right, placeholders)})`;
  }
}
