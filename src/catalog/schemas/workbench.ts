import type { AttributeMap, AttributeType } from '../../dynamo/attribute-value.ts';
import { buildHistograms } from '../histogram.ts';
import { inferType } from '../infer.ts';
import type { SqlType } from '../table-def.ts';
import { schemaFileError } from './json-reader.ts';
import type { DeclaredColumn, TableSchema } from './schema-file.ts';

interface Attribute {
  readonly AttributeName: string;
  readonly AttributeType: string;
}

/** A table of a NoSQL Workbench data model, as far as it describes items. */
interface ModelTable {
  readonly TableName: string;
  readonly KeyAttributes: { readonly PartitionKey: Attribute; readonly SortKey?: Attribute };
  readonly NonKeyAttributes?: readonly Attribute[];
  readonly TableFacets?: readonly Facet[];
  readonly TableData?: readonly AttributeMap[];
}

interface Facet {
  readonly FacetName: string;
  readonly KeyAttributeAlias?: { readonly PartitionKeyAlias?: string; readonly SortKeyAlias?: string };
  readonly NonKeyAttributes?: readonly string[];
  readonly TableData?: readonly AttributeMap[];
}

/** The tables and facets of a data model as schemas; undefined if the text is not a data model. */
export function parseDataModel(text: string, file: string): readonly TableSchema[] | undefined {
  let model: unknown;
  try {
    model = JSON.parse(text);
  } catch {
    // parseSchema reports the position.
    return undefined;
  }
  if (typeof model !== 'object' || model === null || !('DataModel' in model)) return undefined;
  if (!Array.isArray(model.DataModel))
    throw schemaFileError(file, '/DataModel', 'expected an array of tables');
  return model.DataModel.flatMap((table: unknown, at) => {
    if (!isTable(table))
      throw schemaFileError(
        file,
        `/DataModel/${at}`,
        'expected TableName, and KeyAttributes with a PartitionKey',
      );
    return toTableSchemas(table);
  });
}

function isTable(value: unknown): value is ModelTable {
  if (typeof value !== 'object' || value === null || !('TableName' in value) || !('KeyAttributes' in value))
    return false;
  const { TableName: name, KeyAttributes: keys } = value;
  return (
    typeof name === 'string' &&
    typeof keys === 'object' &&
    keys !== null &&
    'PartitionKey' in keys &&
    isAttribute(keys.PartitionKey) &&
    (!('SortKey' in keys) || isAttribute(keys.SortKey)) &&
    isList(value, 'NonKeyAttributes', isAttribute) &&
    isList(value, 'TableFacets', isFacet) &&
    isList(value, 'TableData', isItem)
  );
}

function isFacet(value: unknown): value is Facet {
  return (
    typeof value === 'object' &&
    value !== null &&
    'FacetName' in value &&
    typeof value.FacetName === 'string' &&
    isList(value, 'NonKeyAttributes', (each) => typeof each === 'string') &&
    isList(value, 'TableData', isItem)
  );
}

function isAttribute(value: unknown): value is Attribute {
  return (
    typeof value === 'object' &&
    value !== null &&
    'AttributeName' in value &&
    'AttributeType' in value &&
    typeof value.AttributeName === 'string'
  );
}

function isItem(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((each: unknown) => typeof each === 'object' && each !== null)
  );
}

function isList(value: object, key: string, isMember: (each: unknown) => boolean): boolean {
  const list: unknown = new Map<string, unknown>(Object.entries(value)).get(key);
  return list === undefined || (Array.isArray(list) && list.every((each: unknown) => isMember(each)));
}

function toTableSchemas(table: ModelTable): readonly TableSchema[] {
  const { TableName: name, TableFacets: facets = [] } = table;
  const items = [...(table.TableData ?? []), ...facets.flatMap((facet) => facet.TableData ?? [])];
  const seen = buildHistograms(items, { objects: false, arrays: 0 });
  const { PartitionKey: partition, SortKey: sort } = table.KeyAttributes;
  const keys = sort === undefined ? [partition] : [partition, sort];
  const resolveType = ({ AttributeName: attribute, AttributeType: declared }: Attribute): SqlType => {
    const histogram = seen.get(attribute);
    return histogram === undefined ? parseAttributeType(declared) : inferType(histogram, 'Auto');
  };
  const column = (attribute: Attribute, alias = attribute.AttributeName): DeclaredColumn => ({
    name: alias,
    path: [attribute.AttributeName],
    type: resolveType(attribute),
  });
  const others = (table.NonKeyAttributes ?? []).filter(
    ({ AttributeName: attribute }) => !keys.some((key) => key.AttributeName === attribute),
  );
  const whole: TableSchema = {
    kind: 'table',
    name,
    table: name,
    columns: [...keys, ...others].map((attribute) => column(attribute)),
  };
  return [
    whole,
    ...facets.map((facet): TableSchema => {
      const { PartitionKeyAlias: first, SortKeyAlias: second } = facet.KeyAttributeAlias ?? {};
      const named = keys.map((key, i) => column(key, (i === 0 ? first : second) || key.AttributeName));
      const own = others.filter(({ AttributeName: each }) => facet.NonKeyAttributes?.includes(each) === true);
      const where = inferFacetCondition(facet.TableData ?? [], named);
      return {
        kind: 'table',
        name: facet.FacetName === name ? `${name} facet` : facet.FacetName,
        table: name,
        ...(where === undefined ? {} : { where }),
        columns: [...named, ...own.map((attribute) => column(attribute))],
      };
    }),
  ];
}

/** Nine digits after the point and 29 before it. A number with more fails when it is read. */
const DEFAULT_NUMBER: SqlType = { kind: 'decimal', scale: 9 };

function parseAttributeType(type: string): SqlType {
  const types = new Map<string, SqlType>([
    ['S', { kind: 'text' }],
    ['N', DEFAULT_NUMBER],
    ['B', { kind: 'blob' }],
    ['BOOL', { kind: 'boolean' }],
  ] satisfies [AttributeType, SqlType][]);
  return types.get(type) ?? { kind: 'json' };
}

/** The common prefix of a facet's keys, up to `#` or a similar separator, as `sk LIKE 'ORDER#%'`. */
function inferFacetCondition(
  items: readonly AttributeMap[],
  keys: readonly DeclaredColumn[],
): string | undefined {
  const conditions = keys.flatMap(({ name, path }) => {
    const values = items.map((item) => item[path[0]]);
    const texts = values.flatMap((value) => (value !== undefined && 'S' in value ? [value.S] : []));
    const [first] = texts;
    const prefix = /^[\w-]+[#|:/$~]/.exec(first ?? '')?.[0];
    if (
      prefix === undefined ||
      texts.length < items.length ||
      !texts.every((text) => text.startsWith(prefix))
    )
      return [];
    const pattern = prefix.replaceAll(/[\\%_]/g, '\\$&').replaceAll("'", "''");
    return [`"${name.replaceAll('"', '""')}" LIKE '${pattern}%'`];
  });
  return conditions.length === 0 ? undefined : conditions.join(' AND ');
}
