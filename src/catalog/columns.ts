import type { AttributeType, KeyType } from '../dynamo/attribute-value.ts';
import type { DocumentPath } from '../dynamo/expression/predicate.ts';
import { type Histogram, newHistogram } from './histogram.ts';
import { inferTimeType, inferType, type NumberMode } from './infer.ts';
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
  /** Separates the parts of a flattened path. */
  readonly separator: string;
  /** The property DetectDates. Default: strings are text. */
  readonly detectDates?: boolean;
  /** Types that only key columns get; default: none. */
  readonly ignoredTypes?: ReadonlySet<SqlType['kind']>;
}

/** A column and the values that its type was inferred from. */
export interface InferredColumn {
  readonly column: ColumnDef;
  readonly histogram: Histogram;
  /** The type declared for a key of the table or an index. */
  readonly declared?: KeyType;
}

/**
 * The columns of a table: the key attributes of the table and its indexes, all observed attributes, the parts of
 * flattened documents, and the whole item.
 */
export function inferTableColumns(
  table: Pick<TableDef, 'key' | 'indexes'>,
  attributes: ReadonlyMap<string, Histogram>,
  sampledItems: number,
  options: ColumnOptions,
): readonly InferredColumn[] {
  const tableKey = keyAttributes(table.key);
  const declared = collectKeyTypes([...tableKey, ...table.indexes.flatMap((i) => keyAttributes(i.key))]);
  const names = new Set([ITEM_COLUMN, ...declared.keys(), ...attributes.keys()]);
  const columns: InferredColumn[] = [];

  const add = (name: string, path: DocumentPath, histogram: Histogram): void => {
    const parts = listParts(histogram);
    const keyType = path.length === 1 ? declared.get(path[0]) : undefined;
    const inKey = path.length === 1 && tableKey.some((key) => key.name === path[0]);
    columns.push({
      histogram,
      ...(keyType !== undefined && { declared: keyType }),
      column: {
        name,
        path,
        type: inferColumnType(histogram, options, keyType),
        seen: countValueTypes(histogram),
        presence: inKey ? 1 : Math.min(1, histogram.present / Math.max(1, sampledItems)),
        ...(typeof histogram.times === 'string' && { times: histogram.times }),
        ...(parts.length > 0 && isFlattened(histogram) && { hidden: true }),
        ...(histogram.members && { elements: inferElements(histogram.members, options) }),
      },
    });
    for (const [part, found] of parts) {
      add(makeUnique(names, `${name}${options.separator}${part}`), [...path, part], found);
    }
    addLists(name, path, histogram);
  };

  /** Lists in maps that are not flattened are hidden columns, so that their elements are tables, too. */
  const addLists = (name: string, path: DocumentPath, { nested }: Histogram): void => {
    for (const [part, histogram] of [...nested].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const [wish, inner] = [`${name}${options.separator}${part}`, [...path, part]] as const;
      if (histogram.members === undefined) {
        addLists(wish, inner, histogram);
        continue;
      }
      const spelled = makeUnique(names, wish);
      columns.push({
        histogram,
        column: {
          name: spelled,
          path: inner,
          type: { kind: 'json' },
          seen: countValueTypes(histogram),
          presence: Math.min(1, histogram.present / Math.max(1, sampledItems)),
          hidden: true,
          elements: inferElements(histogram.members, options),
        },
      });
      addLists(spelled, inner, histogram);
    }
  };

  for (const name of new Set([...declared.keys(), ...attributes.keys()])) {
    const spelled = name === ITEM_COLUMN ? makeUnique(names, name) : name;
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

/** The columns of list elements: the keys of maps, and one column for elements that are not maps. */
function inferElements(seen: Histogram, options: ColumnOptions): readonly ElementDef[] {
  const elements: ElementDef[] = [];
  const add = (name: string | undefined, path: ElementDef['path'], histogram: Histogram): void => {
    const parts = listParts(histogram);
    if (parts.length === 0 || !isFlattened(histogram))
      elements.push({
        name,
        path,
        // The text of a member is not checked against a form.
        type: inferColumnType(histogram, { ...options, detectDates: false }),
        ...(histogram.members && { elements: inferElements(histogram.members, options) }),
      });
    for (const [part, found] of parts)
      add(name === undefined ? String(part) : `${name}${options.separator}${part}`, [...path, part], found);
  };
  add(undefined, [], seen);
  return elements;
}

/** The column with the type that its histogram requires; the same definition if that is its type already. */
export function reinferColumn(
  known: InferredColumn,
  histogram: Histogram,
  options: ColumnOptions,
): InferredColumn {
  const type = inferColumnType(histogram, options, known.declared);
  if (JSON.stringify(type) === JSON.stringify(known.column.type)) return { ...known, histogram };
  return { ...known, histogram, column: { ...known.column, type, seen: countValueTypes(histogram) } };
}

/** An ignored type becomes text for numbers, else JSON. */
function inferColumnType(
  histogram: Histogram,
  { numberMode, detectDates, ignoredTypes }: ColumnOptions,
  declared?: KeyType,
): SqlType {
  const type = inferType(histogram, numberMode, declared);
  const time = detectDates === true && type.kind === 'text' ? inferTimeType(histogram) : undefined;
  if (time !== undefined) return ignoredTypes?.has(time.kind) === true ? type : time;
  if (declared !== undefined || ignoredTypes?.has(type.kind) !== true) return type;
  return { kind: histogram.types.has('N') ? 'text' : 'json' };
}

function collectKeyTypes(keys: readonly KeyAttribute[]): ReadonlyMap<string, KeyType> {
  return new Map(keys.map((key) => [key.name, key.type]));
}

function listParts(histogram: Histogram): (readonly [string | number, Histogram])[] {
  return [...[...histogram.fields].toSorted(([a], [b]) => (a < b ? -1 : 1)), ...histogram.elements.entries()];
}

/** Whether the parts contain all values: a column that also has plain values must stay visible. */
function isFlattened({ types, fields, elements }: Histogram): boolean {
  return [...types.keys()].every(
    (type) => type === 'NULL' || (type === 'M' && fields.size > 0) || (type === 'L' && elements.length > 0),
  );
}

function countValueTypes({ types }: Histogram): ColumnDef['seen'] {
  const counts: Partial<Record<AttributeType, number>> = {};
  for (const [type, count] of types) if (type !== 'NULL') counts[type] = count;
  return counts;
}

/** The preferred name, or that name with the first number that makes it unique. */
function makeUnique(taken: Set<string>, wish: string): string {
  let name = wish;
  for (let n = 2; taken.has(name); n += 1) name = `${wish}_${n}`;
  taken.add(name);
  return name;
}
