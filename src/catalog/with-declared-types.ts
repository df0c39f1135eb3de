import type { InferredColumn } from './columns.ts';
import { type Histogram, newHistogram } from './histogram.ts';
import { storedAttribute } from './schemas/column-types.ts';
import type { DeclaredColumn } from './schemas/schema-file.ts';
import type { SqlType } from './table-def.ts';

/** The sampled attributes, and those that no sampled item has but the table declares. */
export function withDeclaredAttributes(
  attributes: ReadonlyMap<string, Histogram>,
  declared: readonly DeclaredColumn[],
): ReadonlyMap<string, Histogram> {
  const missing = declared.filter(({ name }) => !attributes.has(name));
  return missing.length === 0
    ? attributes
    : new Map([...attributes, ...missing.map(({ name }) => [name, newHistogram()] as const)]);
}

/** A column with the type that the table declares, which is also how it is read unless sampled values do not have it. */
export function withDeclaredType(
  inferred: InferredColumn,
  declared: readonly DeclaredColumn[],
): InferredColumn {
  const { column, histogram } = inferred;
  const own = declared.find(({ name }) => column.path.length === 1 && column.path[0] === name);
  if (own === undefined) return inferred;
  const isEmpty = [...histogram.types.keys()].every((type) => type === 'NULL');
  const type = isEmpty || canHold(own.type, column.type) ? own.type : column.type;
  return {
    ...inferred,
    column: {
      ...column,
      type,
      ...(own.declared === undefined ? {} : { declared: own.declared }),
      ...('stored' in own.type && type === own.type ? { declaresTime: true as const } : {}),
    },
  };
}

/** Whether the values of a column are of the declared DynamoDB type. One that it cannot hold widens the column when it is read. */
function canHold(declared: SqlType, inferred: SqlType): boolean {
  const attribute = storedAttribute(declared);
  return attribute === undefined || attribute === storedAttribute(inferred);
}
