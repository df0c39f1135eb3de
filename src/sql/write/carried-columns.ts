import type { Node } from 'libpg-query';
import type { ColumnDef } from '../../catalog/table-def.ts';
import type { AttributeMap, AttributeValue } from '../../dynamo/attribute-value.ts';
import { cast, name } from '../dialect/build.ts';
import { inferColumns } from '../exec/seen-columns.ts';
import { describeType, elementType, isDocumentType, isNumericType } from '../types/types.ts';
import type { DecimalStyle } from '../types/value.ts';
import type { StoredInput } from './stored-input.ts';
import { toAttribute } from './to-attribute.ts';

/** A column of a query's result whose values are kept in items, for a later query of the same statement. */
export interface CarriedColumn {
  readonly column: ColumnDef;
  /** Gives a reference to the column the type that the result had. */
  readonly restore: (reference: Node) => Node;
}

/** The expression to select, so that its values can be carried: types without an attribute type are carried as text. */
export function toCarried(expression: Node, type: string): Node {
  return isCarriedAsText(type) ? cast(expression, 'text') : expression;
}

/** A value as an attribute; undefined: it is missing. */
export function toCarriedAttribute(value: StoredInput, label: string): AttributeValue | undefined {
  return toAttribute(value, { label, key: undefined, seen: {} });
}

/** The column that holds these values, which are members of `items`. */
export function toCarriedColumn(
  member: string,
  columnName: string,
  path: ColumnDef['path'],
  type: string,
  items: readonly AttributeMap[],
  decimals: DecimalStyle,
): CarriedColumn {
  const column = (sqlType: ColumnDef['type']): ColumnDef => ({
    name: columnName,
    path,
    type: sqlType,
    seen: {},
    presence: 1,
  });
  if (isDocumentType(type))
    return {
      column: column({ kind: 'json' }),
      restore: (node) => (type === 'json' ? node : castTo(node, type)),
    };
  if (type === 'boolean') return { column: column({ kind: 'boolean' }), restore: (node) => node };
  if (type === 'bytea') return { column: column({ kind: 'blob' }), restore: (node) => node };
  if (type === 'text') return { column: column({ kind: 'text' }), restore: (node) => node };
  if (isNumericType(type)) {
    const inferred = inferColumns(items, decimals).get(member)?.type ?? { kind: 'bigint' as const };
    const isSame = inferred.kind === type;
    return { column: column(inferred), restore: (node) => (isSame ? node : castTo(node, type)) };
  }
  const carrier: ColumnDef['type'] = elementType(type) === undefined ? { kind: 'text' } : { kind: 'json' };
  return { column: column(carrier), restore: (node) => castTo(node, type) };
}

function isCarriedAsText(type: string): boolean {
  return !(
    isDocumentType(type) ||
    isNumericType(type) ||
    elementType(type) !== undefined ||
    ['boolean', 'bytea', 'text'].includes(type)
  );
}

/** A cast to a type by PostgreSQL's name of it: `timestamp with time zone`, `text[]`. */
function castTo(arg: Node, type: string): Node {
  const element = elementType(type);
  return {
    TypeCast: {
      arg,
      typeName: {
        names: [name(describeType(element ?? type).typname)],
        ...(element !== undefined && { arrayBounds: [{ Integer: { ival: -1 } }] }),
      },
    },
  };
}
