import type { Key } from '../read/access-path.ts';
import type { AttributeMap, AttributeValue } from '../attribute-value.ts';
import { buildConjunct } from '../expression/expression.ts';
import type { DocumentPath, Predicate } from '../expression/predicate.ts';
import { newPlaceholders, type Placeholders } from '../expression/placeholders.ts';

/** What an item must be like when a write arrives; an item that is not there has no attributes. */
export type WriteCondition =
  | Predicate
  /** The item is there: its partition key attribute is. */
  | { readonly kind: 'exists'; readonly attribute: string }
  | { readonly kind: 'absent'; readonly attribute: string }
  /** The value there is still this one; without a value, that there is still none. */
  | { readonly kind: 'unchanged'; readonly path: DocumentPath; readonly value: AttributeValue | undefined };

/** What SET may assign. */
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
  /** Adds to a number, or members to a set; makes the attribute where there is none. */
  | { readonly kind: 'add'; readonly path: DocumentPath; readonly value: AttributeValue }
  /** Takes members out of a set. */
  | { readonly kind: 'delete'; readonly path: DocumentPath; readonly value: AttributeValue };

/** A write of one item; it takes place only where all conditions hold. */
export type ItemWrite = { readonly table: string; readonly conditions: readonly WriteCondition[] } & (
  | { readonly kind: 'put'; readonly item: AttributeMap }
  | { readonly kind: 'update'; readonly key: Key; readonly actions: readonly UpdateAction[] }
  | { readonly kind: 'delete'; readonly key: Key }
  /** Writes nothing: its conditions guard the other writes of a transaction. */
  | { readonly kind: 'check'; readonly key: Key }
);

export type WriteOperation =
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'TransactWriteItems'
  | 'BatchWriteItem';

/** What is sent: the operation and its input, in DynamoDB's JSON. */
export interface BuiltWrite {
  readonly operation: WriteOperation;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Which image of the item comes back. */
export type ReturnValues = 'NONE' | 'ALL_OLD' | 'ALL_NEW';

/** The request of one write. Where a condition fails, the item as it is comes back with the refusal. */
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

/** Writes that take place all or none. The token makes a repetition within ten minutes do nothing. */
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
  const symbols = newPlaceholders();
  const conditions = write.conditions.map((condition) => formatCondition(condition, symbols));
  const update = write.kind === 'update' ? buildUpdateExpression(write.actions, symbols) : '';
  return {
    TableName: write.table,
    ...(write.kind === 'put' ? { Item: write.item } : { Key: write.key }),
    ...(update !== '' && { UpdateExpression: update }),
    ...(conditions.length > 0 && { ConditionExpression: conditions.join(' AND ') }),
    ...symbols.declarations(),
  };
}

function formatCondition(condition: WriteCondition, symbols: Placeholders): string {
  if (condition.kind === 'exists') return `attribute_exists(${symbols.path([condition.attribute])})`;
  if (condition.kind === 'absent') return `attribute_not_exists(${symbols.path([condition.attribute])})`;
  if (condition.kind !== 'unchanged') return buildConjunct(condition, symbols);
  const path = symbols.path(condition.path);
  return condition.value === undefined
    ? `attribute_not_exists(${path})`
    : `${path} = ${symbols.value(condition.value)}`;
}

const CLAUSES = { set: 'SET', remove: 'REMOVE', add: 'ADD', delete: 'DELETE' } as const;

function buildUpdateExpression(actions: readonly UpdateAction[], symbols: Placeholders): string {
  return Object.entries(CLAUSES)
    .map(([kind, word]) => {
      const own = actions.filter((action) => action.kind === kind);
      return own.length === 0
        ? ''
        : `${word} ${own.map((action) => formatAction(action, symbols)).join(', ')}`;
    })
    .filter((clause) => clause !== '')
    .join(' ');
}

function formatAction(action: UpdateAction, symbols: Placeholders): string {
  const path = symbols.path(action.path);
  switch (action.kind) {
    case 'set':
      return `${path} = ${formatOperand(action.to, symbols)}`;
    case 'remove':
      return path;
    case 'add':
    case 'delete':
      return `${path} ${symbols.value(action.value)}`;
  }
}

function formatOperand(operand: UpdateOperand, symbols: Placeholders): string {
  switch (operand.kind) {
    case 'value':
      return symbols.value(operand.value);
    case 'path':
      return symbols.path(operand.path);
    case 'ifNotExists':
      return `if_not_exists(${symbols.path(operand.path)}, ${formatOperand(operand.otherwise, symbols)})`;
    case 'plus':
      return `${formatOperand(operand.left, symbols)} + ${formatOperand(operand.right, symbols)}`;
    case 'minus':
      return `${formatOperand(operand.left, symbols)} - ${formatOperand(operand.right, symbols)}`;
    case 'listAppend':
      return `list_append(${formatOperand(operand.left, symbols)}, ${formatOperand(operand.right, symbols)})`;
  }
}
