import type { InferredColumn } from './columns.ts';
import { newHistogram } from './histogram.ts';

/** The columns of a table, and those that only statements name: text that is NULL until an item has a value. */
export function withNamedColumns(
  columns: readonly InferredColumn[],
  names: ReadonlySet<string>,
): readonly InferredColumn[] {
  const known = new Set(columns.map(({ column }) => column.name));
  const missing = [...names].filter((name) => !known.has(name));
  return [...columns, ...missing.map(toNamedColumn)];
}

function toNamedColumn(name: string): InferredColumn {
  return {
    histogram: newHistogram(),
    column: { name, path: [name], type: { kind: 'text' }, seen: {}, presence: 0, hidden: true, named: true },
  };
}
