import type { SqlType } from '../../catalog/table-def.ts';
import type { AttributeType, KeyType } from '../../dynamo/attribute-value.ts';
import {
  type BinaryFormat,
  bitFormat,
  booleanFormat,
  byteaFormat,
  dateFormat,
  floatFormat,
  integerFormat,
  intervalFormat,
  jsonbFormat,
  numericFormat,
  timeFormat,
  timestampFormat,
  utf8Format,
  uuidFormat,
} from './binary-format.ts';
import {
  booleanText,
  byteaText,
  dateText,
  floatText,
  integerText,
  intervalText,
  jsonText,
  numericText,
  plainText,
  recordText,
  type TextFormat,
  timeText,
  timestampText,
  uuidText,
} from './text-types.ts';

/** Everything that the driver knows of one of PostgreSQL's types. What other files say of types is a view over these rows. */
export interface TypeRow {
  /** `pg_type.typname`: `int8`. The key of the row is the name that `format_type` returns: `bigint`. */
  readonly typname: string;
  /** Further names that SQL accepts. */
  readonly aliases: readonly string[];
  readonly oid: number;
  /** The OID of an array of them; 0 where PostgreSQL has none. */
  readonly arrayOid: number;
  /** `pg_type.typlen`: the bytes of a value; -1 where they vary, -2 for a C string. */
  readonly length: number;
  /** `pg_type.typcategory`: numeric, string, date … */
  readonly category: 'B' | 'D' | 'N' | 'P' | 'S' | 'T' | 'U' | 'V' | 'X' | 'Z';
  /** The constant of java.sql.Types. */
  readonly jdbcType: number;
  /** Digits of a number, in the radix. */
  readonly precision: number | null;
  readonly radix: 2 | 10 | null;
  /** Digits of a second's fraction. */
  readonly fractionDigits: 0 | 6 | null;
  /** Characters of the longest value; null if it has no limit. */
  readonly maxLength: number | null;
  readonly duckdb: {
    /** What a cast to the type names; undefined: such a cast is refused. */
    readonly cast: string | undefined;
    /** The types whose results have this type. */
    readonly types: readonly string[];
  };
  /** The types of DynamoDB's attributes that hold such values. */
  readonly dynamodb: readonly AttributeType[];
  /** The type of a key attribute that holds such values in their own order; undefined: none does. */
  readonly key: KeyType | undefined;
  /** The kind of column that CREATE TABLE makes of it; undefined: a table has no such column. */
  readonly column: SqlType['kind'] | undefined;
  readonly text: TextFormat;
  /** Undefined: the type has no binary input, as `record`. */
  readonly binary: BinaryFormat | undefined;
}

const NO_NUMBER = { precision: null, radix: null, fractionDigits: null } as const;
const STRING = {
  ...NO_NUMBER,
  length: -1,
  category: 'S',
  jdbcType: 12,
  maxLength: null,
  dynamodb: ['S'],
  key: 'S',
  column: 'text',
  text: plainText,
  binary: utf8Format,
} as const;
const INTEGER = {
  radix: 2,
  category: 'N',
  fractionDigits: null,
  dynamodb: ['N'],
  key: 'N',
  column: 'bigint',
} as const;
const FLOAT = { ...INTEGER, column: 'double' } as const;
const TIME = {
  ...NO_NUMBER,
  length: 8,
  category: 'D',
  fractionDigits: 6,
  dynamodb: ['S'],
  key: 'S',
  column: undefined,
} as const;
const DOCUMENT = {
  ...NO_NUMBER,
  length: -1,
  category: 'U',
  jdbcType: 12,
  maxLength: null,
  dynamodb: ['M', 'L', 'SS', 'NS', 'BS'],
  key: undefined,
  column: 'json',
} as const;
const BITS = {
  ...NO_NUMBER,
  length: -1,
  category: 'V',
  jdbcType: 1111,
  maxLength: null,
  dynamodb: [],
  key: undefined,
  column: undefined,
  text: plainText,
  binary: bitFormat,
} as const;

/** PostgreSQL's types, by the names that `format_type` returns. */
export const TYPES = {
  text: {
    ...STRING,
    typname: 'text',
    aliases: [],
    oid: 25,
    arrayOid: 1009,
    duckdb: { cast: 'text', types: ['VARCHAR'] },
  },
  'character varying': {
    ...STRING,
    typname: 'varchar',
    aliases: [],
    oid: 1043,
    arrayOid: 1015,
    duckdb: { cast: 'varchar', types: [] },
  },
  character: {
    ...STRING,
    typname: 'bpchar',
    aliases: ['char'],
    oid: 1042,
    arrayOid: 1014,
    jdbcType: 1,
    duckdb: { cast: 'varchar', types: [] },
  },
  name: {
    ...STRING,
    typname: 'name',
    aliases: [],
    oid: 19,
    arrayOid: 1003,
    length: 64,
    maxLength: 63,
    column: undefined,
    duckdb: { cast: 'varchar', types: [] },
  },
  '"char"': {
    ...STRING,
    typname: 'char',
    aliases: [],
    oid: 18,
    arrayOid: 1002,
    length: 1,
    category: 'Z',
    jdbcType: 1,
    maxLength: 1,
    column: undefined,
    duckdb: { cast: undefined, types: [] },
  },
  smallint: {
    ...INTEGER,
    typname: 'int2',
    aliases: [],
    oid: 21,
    arrayOid: 1005,
    length: 2,
    jdbcType: 5,
    precision: 16,
    maxLength: 6,
    duckdb: { cast: 'int2', types: ['SMALLINT', 'TINYINT', 'UTINYINT', 'INT16'] },
    text: integerText('smallint', 16),
    binary: integerFormat('smallint', 2),
  },
  integer: {
    ...INTEGER,
    typname: 'int4',
    aliases: ['int'],
    oid: 23,
    arrayOid: 1007,
    length: 4,
    jdbcType: 4,
    precision: 32,
    maxLength: 11,
    duckdb: { cast: 'int4', types: ['INTEGER', 'USMALLINT', 'INT32'] },
    text: integerText('integer', 32),
    binary: integerFormat('integer', 4),
  },
  bigint: {
    ...INTEGER,
    typname: 'int8',
    aliases: [],
    oid: 20,
    arrayOid: 1016,
    length: 8,
    jdbcType: -5,
    precision: 64,
    maxLength: 20,
    duckdb: { cast: 'int8', types: ['BIGINT', 'UINTEGER', 'INT64'] },
    text: integerText('bigint', 64),
    binary: integerFormat('bigint', 8),
  },
  oid: {
    ...INTEGER,
    typname: 'oid',
    aliases: [],
    oid: 26,
    arrayOid: 1028,
    length: 4,
    jdbcType: -5,
    precision: 32,
    maxLength: 10,
    column: undefined,
    duckdb: { cast: undefined, types: [] },
    text: integerText('oid', 32),
    binary: integerFormat('oid', 4),
  },
  numeric: {
    ...INTEGER,
    typname: 'numeric',
    aliases: ['decimal', 'dec'],
    oid: 1700,
    arrayOid: 1231,
    length: -1,
    jdbcType: 2,
    precision: 38,
    radix: 10,
    maxLength: 40,
    column: 'decimal',
    // PostgreSQL has no wider integer than bigint, so what does not fit there is numeric.
    duckdb: {
      cast: 'numeric',
      types: ['DECIMAL', 'HUGEINT', 'UHUGEINT', 'UBIGINT', 'BIGNUM', 'INT128', 'UINT64'],
    },
    text: numericText,
    binary: numericFormat,
  },
  real: {
    ...FLOAT,
    typname: 'float4',
    aliases: [],
    oid: 700,
    arrayOid: 1021,
    length: 4,
    jdbcType: 7,
    precision: 24,
    maxLength: 15,
    duckdb: { cast: 'float4', types: ['FLOAT'] },
    text: floatText('real'),
    binary: floatFormat('real'),
  },
  'double precision': {
    ...FLOAT,
    typname: 'float8',
    aliases: ['float'],
    oid: 701,
    arrayOid: 1022,
    length: 8,
    jdbcType: 8,
    precision: 53,
    maxLength: 24,
    duckdb: { cast: 'float8', types: ['DOUBLE'] },
    text: floatText('double precision'),
    binary: floatFormat('double precision'),
  },
  boolean: {
    ...NO_NUMBER,
    typname: 'bool',
    aliases: [],
    oid: 16,
    arrayOid: 1000,
    length: 1,
    category: 'B',
    jdbcType: 16,
    maxLength: 5,
    duckdb: { cast: 'bool', types: ['BOOLEAN', 'BOOL'] },
    dynamodb: ['BOOL'],
    key: undefined,
    column: 'boolean',
    text: booleanText,
    binary: booleanFormat,
  },
  bytea: {
    ...NO_NUMBER,
    typname: 'bytea',
    aliases: [],
    oid: 17,
    arrayOid: 1001,
    length: -1,
    category: 'U',
    jdbcType: -3,
    maxLength: null,
    duckdb: { cast: 'bytea', types: ['BLOB'] },
    dynamodb: ['B'],
    key: 'B',
    column: 'blob',
    text: byteaText,
    binary: byteaFormat,
  },
  json: {
    ...DOCUMENT,
    typname: 'json',
    aliases: [],
    oid: 114,
    arrayOid: 199,
    duckdb: { cast: 'json', types: ['JSON'] },
    text: jsonText('json'),
    binary: utf8Format,
  },
  jsonb: {
    ...DOCUMENT,
    typname: 'jsonb',
    aliases: [],
    oid: 3802,
    arrayOid: 3807,
    duckdb: { cast: 'json', types: [] },
    text: jsonText('jsonb'),
    binary: jsonbFormat,
  },
  uuid: {
    ...NO_NUMBER,
    typname: 'uuid',
    aliases: [],
    oid: 2950,
    arrayOid: 2951,
    length: 16,
    category: 'U',
    jdbcType: 1111,
    maxLength: 36,
    duckdb: { cast: 'uuid', types: ['UUID'] },
    dynamodb: ['S'],
    key: 'S',
    column: 'text',
    text: uuidText,
    binary: uuidFormat,
  },
  date: {
    ...TIME,
    column: 'date',
    typname: 'date',
    aliases: [],
    oid: 1082,
    arrayOid: 1182,
    length: 4,
    jdbcType: 91,
    fractionDigits: 0,
    maxLength: 10,
    duckdb: { cast: 'date', types: ['DATE'] },
    text: dateText,
    binary: dateFormat,
  },
  'time without time zone': {
    ...TIME,
    typname: 'time',
    aliases: [],
    oid: 1083,
    arrayOid: 1183,
    jdbcType: 92,
    maxLength: 15,
    duckdb: { cast: 'time', types: ['TIME', 'TIME_NS'] },
    text: timeText('time without time zone'),
    binary: timeFormat('time without time zone'),
  },
  'time with time zone': {
    ...TIME,
    typname: 'timetz',
    aliases: [],
    oid: 1266,
    arrayOid: 1270,
    length: 12,
    jdbcType: 2013,
    maxLength: 21,
    duckdb: { cast: 'time with time zone', types: ['TIME WITH TIME ZONE'] },
    text: timeText('time with time zone'),
    binary: timeFormat('time with time zone'),
  },
  'timestamp without time zone': {
    ...TIME,
    column: 'timestamp',
    typname: 'timestamp',
    aliases: [],
    oid: 1114,
    arrayOid: 1115,
    jdbcType: 93,
    maxLength: 26,
    duckdb: { cast: 'timestamp', types: ['TIMESTAMP', 'TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP_NS'] },
    text: timestampText('timestamp without time zone'),
    binary: timestampFormat('timestamp without time zone'),
  },
  'timestamp with time zone': {
    ...TIME,
    column: 'timestamptz',
    typname: 'timestamptz',
    aliases: [],
    oid: 1184,
    arrayOid: 1185,
    jdbcType: 2014,
    maxLength: 32,
    duckdb: { cast: 'timestamp with time zone', types: ['TIMESTAMP WITH TIME ZONE'] },
    text: timestampText('timestamp with time zone'),
    binary: timestampFormat('timestamp with time zone'),
  },
  interval: {
    ...NO_NUMBER,
    typname: 'interval',
    aliases: [],
    oid: 1186,
    arrayOid: 1187,
    length: 16,
    category: 'T',
    jdbcType: 1111,
    fractionDigits: 6,
    maxLength: null,
    duckdb: { cast: 'interval', types: ['INTERVAL'] },
    dynamodb: ['S'],
    key: undefined,
    column: undefined,
    text: intervalText,
    binary: intervalFormat,
  },
  bit: {
    ...BITS,
    typname: 'bit',
    aliases: [],
    oid: 1560,
    arrayOid: 1561,
    duckdb: { cast: 'bit', types: [] },
  },
  'bit varying': {
    ...BITS,
    typname: 'varbit',
    aliases: [],
    oid: 1562,
    arrayOid: 1563,
    duckdb: { cast: 'bit', types: ['BIT'] },
  },
  record: {
    ...NO_NUMBER,
    typname: 'record',
    aliases: [],
    oid: 2249,
    arrayOid: 2287,
    length: -1,
    category: 'P',
    jdbcType: 1111,
    maxLength: null,
    duckdb: { cast: undefined, types: [] },
    dynamodb: [],
    key: undefined,
    column: undefined,
    text: recordText,
    binary: undefined,
  },
  unknown: {
    ...STRING,
    typname: 'unknown',
    aliases: [],
    oid: 705,
    arrayOid: 0,
    length: -2,
    category: 'X',
    column: undefined,
    duckdb: { cast: undefined, types: [] },
  },
} as const satisfies Readonly<Record<string, TypeRow>>;

/** PostgreSQL's name of a type: `text`, `bigint`, `timestamp with time zone` … */
export type TypeName = keyof typeof TYPES;

/** The names of all types. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of the table above
export const TYPE_NAMES = Object.keys(TYPES) as TypeName[];

const BY_NAME: ReadonlyMap<string, TypeName> = new Map(
  TYPE_NAMES.flatMap((name) =>
    [name, ...TYPES[name].aliases, TYPES[name].typname].map((each) => [each, name] as const),
  ).toReversed(),
);

/** The type of a name that SQL accepts: `int8`, `bigint`, `decimal`; undefined for arrays and other types. */
export function findType(name: string): TypeName | undefined {
  return BY_NAME.get(name);
}

const BY_TYPNAME: ReadonlyMap<string, TypeName> = new Map(
  TYPE_NAMES.map((name) => [TYPES[name].typname, name]),
);

/** The type of a name in PostgreSQL's tree, where `char` is the internal type "char"; undefined for types that the driver does not know. */
export function findInternalType(typname: string): TypeName | undefined {
  return BY_TYPNAME.get(typname);
}

/** The type of an array's elements; undefined where the type is not an array. PostgreSQL's arrays of arrays have the type of arrays. */
export function elementType(type: string): string | undefined {
  return type.endsWith('[]') ? type.slice(0, -2) : undefined;
}

/** The row of a type by PostgreSQL's name; that of `text` for a type that the driver does not know. */
export function describeType(type: string): TypeRow {
  return TYPES[findType(type) ?? 'text'];
}

/** The object identifier of a type or of an array type. */
export function typeOid(type: string): number {
  const element = elementType(type);
  return element === undefined ? describeType(type).oid : describeType(element).arrayOid;
}

/** Whether values of a type are numbers. */
export function isNumericType(type: string): boolean {
  return BY_NAME.has(type) && describeType(type).category === 'N';
}

/** Whether values of a type are documents. */
export function isDocumentType(type: string): type is 'json' | 'jsonb' {
  return type === 'json' || type === 'jsonb';
}

/** A column of a result. */
export interface ResultColumn {
  readonly name: string;
  /** PostgreSQL's name of its type: `text`, `bigint`, `timestamp with time zone`, `text[]` … */
  readonly type: string;
  /** PostgreSQL's object identifier of the type. */
  readonly oid: number;
}

/** A column of a result, with the identifier of its type. */
export function resultColumn(name: string, type: string): ResultColumn {
  return { name, type, oid: typeOid(type) };
}

const BY_DUCKDB: ReadonlyMap<string, TypeName> = new Map([
  ...TYPE_NAMES.flatMap((name) => TYPES[name].duckdb.types.map((type) => [type, name] as const)),
  ...(['"NULL"', 'SQLNULL', 'NULL'] as const).map((type) => [type, 'text'] as const),
]);

/** Numbers of any digits. */
const NUM = /^STRUCT\("?N"? VARCHAR, "?D"? SMALLINT\)$/;

/** PostgreSQL's name of a DuckDB type; a struct, a map or a list of those is `json`, a list of documents `json[]`. */
export function toPostgresType(duckdbType: string): string {
  if (/^json(?:\[\d*\])+$/i.test(duckdbType)) return 'json[]';
  if (duckdbType.endsWith(']')) {
    const element = toPostgresType(duckdbType.slice(0, duckdbType.lastIndexOf('[')));
    return element === 'json' || element.endsWith('[]') ? element : `${element}[]`;
  }
  const upper = duckdbType.toUpperCase();
  if (NUM.test(upper)) return 'numeric';
  if (upper.startsWith('DECIMAL')) return 'numeric';
  if (upper.startsWith('ENUM')) return 'text';
  return BY_DUCKDB.get(upper) ?? 'json';
}

/** The name that `format_type` returns for an internal name: `bigint` for `int8`, `bigint[]` for `_int8`. */
export function formatInternalType(type: string): string {
  const element = type.startsWith('_') ? type.slice(1) : type;
  const name = findInternalType(element) ?? 'text';
  return type.startsWith('_') ? `${name}[]` : name;
}
