import { type Histogram, buildHistograms } from '../../catalog/histogram.ts';
import { inferType } from '../../catalog/infer.ts';
import type { ColumnDef } from '../../catalog/table-def.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { DecimalStyle } from '../types/value.ts';

/** A column for each attribute of these items, with a type that holds all of its values. */
export function inferColumns(
  items: readonly AttributeMap[],
  decimals: DecimalStyle,
): ReadonlyMap<string, ColumnDef> {
  const found = buildHistograms(items, { objects: false, arrays: 0 });
  return new Map([...found].map(([name, seen]) => [name, inferColumn(name, seen, decimals)]));
}

function inferColumn(name: string, seen: Histogram, decimals: DecimalStyle): ColumnDef {
  const type = inferType(seen, decimals === 'digits' ? 'Decimal' : 'Auto');
  return { name, path: [name], type, seen: {}, presence: 1 };
}
