import type { AttributeType, KeyType } from '../dynamo/attribute-value.ts';
import type { DocumentPath } from '../dynamo/expression/predicate.ts';
import { type Histogram, newHistogram } from './histogram.ts';
import { inferType, type NumberMode } from './infer.ts';
import {
  type ColumnDef,
  type ElementDef,
  ITEM_COLUMN,
  type KeyAttribute,
  type SqlType,
  type TableDef,
  WHOLE_ITEM,
  keyAttributes,
} from './table-def.ts';

export interface ColumnOptions {
  readonly numberMode: NumberMode;
  /** Stands between the parts of a flattened path. */
  readonly separator: string;
  /** Types that only columns of keys get; absent: none. */
  readonly ignoredTypes?: ReadonlySet<SqlType['kind']>;
}

/** A column and what its type was inferred from. */
export interface InferredColumn {
  readonly column: ColumnDef;
  readonly histogram: Histogram;
  /** The type that a key of the table or of an index declares. */
  readonly declared?: KeyType;
}

/**
 * The columns of a table: the attributes of its keys and of its indexes' keys, everything else that was seen, the
 * parts of documents where these are taken apart, and the whole item.
 */
export function inferColumns(
  table: Pick<TableDef, 'key' | 'indexes'>,
  attributes: ReadonlyMap<string, Histogram>,
  sampledItems: number,
  options: ColumnOptions,
): readonly InferredColumn[] {
  const tableKey = keyAttributes(table.key);
  const declared = declaredTypes([...tableKey, ...table.indexes.flatMap((i) => keyAttributes(i.key))]);
  const names = new Set([ITEM_COLUMN, ...declared.keys(), ...attributes.keys()]);
  const columns: InferredColumn[] = [];

  const add = (name: string, path: DocumentPath, histogram: Histogram): void => {
    const parts = partsOf(histogram);
    const keyType = path.length === 1 ? declared.get(path[0]) : undefined;
    const inKey = path.length === 1 && tableKey.some((key) => key.name === path[0]);
    columns.push({
      histogram,
      ...(keyType !== undefined && { declared: keyType }),
      column: {
        name,
        path,
        type: columnType(histogram, options, keyType),
        seen: valuesSeen(histogram),
        presence: inKey ? 1 : Math.min(1, histogram.present / Math.max(1, sampledItems)),
        ...(parts.length > 0 && takenApart(histogram) && { hidden: true }),
        ...(histogram.members && { elements: elementsOf(histogram.members, options) }),
      },
    });
    for (const [part, found] of parts) {
      add(freeName(names, `${name}${options.separator}${part}`), [...path, part], found);
    }
    addLists(name, path, histogram);
  };

  /** Lists in maps that stay whole are hidden columns: their elements are tables all the same. */
  const addLists = (name: string, path: DocumentPath, { nested }: Histogram): void => {
    for (const [part, histogram] of [...nested].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const [wish, inner] = [`${name}${options.separator}${part}`, [...path, part]] as const;
      if (histogram.members === undefined) {
        addLists(wish, inner, histogram);
        continue;
      }
      const spelled = freeName(names, wish);
      columns.push({
        histogram,
        column: {
          name: spelled,
          path: inner,
          type: { kind: 'json' },
          seen: valuesSeen(histogram),
          presence: Math.min(1, histogram.present / Math.max(1, sampledItems)),
          hidden: true,
          elements: elementsOf(histogram.members, options),
        },
      });
      addLists(spelled, inner, histogram);
    }
  };

  for (const name of new Set([...declared.keys(), ...attributes.keys()])) {
    const spelled = name === ITEM_COLUMN ? freeName(names, name) : name;
    add(spelled, [name], attributes.get(name) ?? newHistogram());
  }

  const rank = (column: ColumnDef): number => {
    const place = tableKey.findIndex((key) => column.path.length === 1 && key.name === column.path[0]);
    if (place >= 0) return place;
    return tableKey.length + (column.hidden === true ? 1 : 0);
  };
  columns.sort(
    ({ column: a }, { column: b }) =>
      rank(a) - rank(b) || b.presence - a.presence || (a.name < b.name ? -1 : 1),
  );
  return [...columns, { column: WHOLE_ITEM, histogram: newHistogram() }];
}

/** What the elements of lists have: the members of maps, and a column for whatever is no map. */
function elementsOf(seen: Histogram, options: ColumnOptions): readonly ElementDef[] {
  const elements: ElementDef[] = [];
  const add = (name: string | undefined, path: ElementDef['path'], histogram: Histogram): void => {
    const parts = partsOf(histogram);
    if (parts.length === 0 || !takenApart(histogram))
      elements.push({
        name,
        path,
        type: columnType(histogram, options),
        ...(histogram.members && { elements: elementsOf(histogram.members, options) }),
      });
    for (const [part, found] of parts)
      add(name === undefined ? String(part) : `${name}${options.separator}${part}`, [...path, part], found);
  };
  add(undefined, [], seen);
  return elements;
}

/** A column of whose values more is known; its definition is the same object where that does not change the type. */
export function reinferColumn(
  known: InferredColumn,
  histogram: Histogram,
  options: ColumnOptions,
): InferredColumn {
  const type = columnType(histogram, options, known.declared);
  if (JSON.stringify(type) === JSON.stringify(known.column.type)) return { ...known, histogram };
  return { ...known, histogram, column: { ...known.column, type, seen: valuesSeen(histogram) } };
}

/** Numbers whose type is not wanted are their digits; other values are JSON. */
function columnType(
  histogram: Histogram,
  { numberMode, ignoredTypes }: ColumnOptions,
  declared?: KeyType,
): SqlType {
  const type = inferType(histogram, numberMode, declared);
  if (declared !== undefined || ignoredTypes?.has(type.kind) !== true) return type;
  return { kind: histogram.types.has('N') ? 'text' : 'json' };
}

function declaredTypes(keys: readonly KeyAttribute[]): ReadonlyMap<string, KeyType> {
  return new Map(keys.map((key) => [key.name, key.type]));
}

function partsOf(histogram: Histogram): (readonly [string | number, Histogram])[] {
  return [...[...histogram.fields].toSorted(([a], [b]) => (a < b ? -1 : 1)), ...histogram.elements.entries()];
}

/** Whether the parts say all there is: a place that also holds plain values must stay in sight. */
function takenApart({ types, fields, elements }: Histogram): boolean {
  return [...types.keys()].every(
    (type) => type === 'NULL' || (type === 'M' && fields.size > 0) || (type === 'L' && elements.length > 0),
  );
}

function valuesSeen({ types }: Histogram): ColumnDef['seen'] {
  const counts: Partial<Record<AttributeType, number>> = {};
  for (const [type, count] of types) if (type !== 'NULL') counts[type] = count;
  return counts;
}

/** The wish, or the wish with the first number that makes it unlike every other name. */
function freeName(taken: Set<string>, wish: string): string {
  let name = wish;
  for (let n = 2; taken.has(name); n += 1) name = `${wish}_${n}`;
  taken.add(name);
  return name;
}
