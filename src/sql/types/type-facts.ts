/** What JDBC and information_schema tell of a type besides its name. */
export interface TypeFacts {
  /** The constant of java.sql.Types. */
  readonly jdbcType: number;
  /** Digits of a number, in the radix. */
  readonly precision: number | null;
  readonly radix: 2 | 10 | null;
  /** Characters that the longest value takes; null where there is no bound. */
  readonly length: number | null;
  /** PostgreSQL's short name: `int8`. */
  readonly udt: string;
  /** PostgreSQL's object identifier of the type. */
  readonly oid: number;
  /** Bytes of a value in PostgreSQL; -1 where they vary. */
  readonly bytes: number;
  /** PostgreSQL's letter for the kind of type: numeric, string, date … */
  readonly category: 'B' | 'D' | 'N' | 'S' | 'T' | 'U';
}

const OTHER: TypeFacts = {
  jdbcType: 1111,
  precision: null,
  radix: null,
  length: null,
  udt: 'text',
  oid: 25,
  bytes: -1,
  category: 'S',
};

/** PostgreSQL's types by name. */
export const TYPE_FACTS: ReadonlyMap<string, TypeFacts> = new Map(
  Object.entries({
    text: { ...OTHER, jdbcType: 12 },
    smallint: {
      jdbcType: 5,
      precision: 16,
      radix: 2,
      length: 6,
      udt: 'int2',
      oid: 21,
      bytes: 2,
      category: 'N',
    },
    integer: {
      jdbcType: 4,
      precision: 32,
      radix: 2,
      length: 11,
      udt: 'int4',
      oid: 23,
      bytes: 4,
      category: 'N',
    },
    bigint: {
      jdbcType: -5,
      precision: 64,
      radix: 2,
      length: 20,
      udt: 'int8',
      oid: 20,
      bytes: 8,
      category: 'N',
    },
    numeric: {
      jdbcType: 2,
      precision: 38,
      radix: 10,
      length: 40,
      udt: 'numeric',
      oid: 1700,
      bytes: -1,
      category: 'N',
    },
    real: {
      jdbcType: 7,
      precision: 24,
      radix: 2,
      length: 15,
      udt: 'float4',
      oid: 700,
      bytes: 4,
      category: 'N',
    },
    'double precision': {
      jdbcType: 8,
      precision: 53,
      radix: 2,
      length: 24,
      udt: 'float8',
      oid: 701,
      bytes: 8,
      category: 'N',
    },
    boolean: {
      jdbcType: 16,
      precision: null,
      radix: null,
      length: 5,
      udt: 'bool',
      oid: 16,
      bytes: 1,
      category: 'B',
    },
    bytea: { ...OTHER, jdbcType: -3, udt: 'bytea', oid: 17, category: 'U' },
    json: { ...OTHER, jdbcType: 12, udt: 'json', oid: 114, category: 'U' },
    jsonb: { ...OTHER, jdbcType: 12, udt: 'jsonb', oid: 3802, category: 'U' },
    uuid: { ...OTHER, length: 36, udt: 'uuid', oid: 2950, bytes: 16, category: 'U' },
    date: {
      jdbcType: 91,
      precision: null,
      radix: null,
      length: 10,
      udt: 'date',
      oid: 1082,
      bytes: 4,
      category: 'D',
    },
    'time without time zone': {
      ...OTHER,
      jdbcType: 92,
      length: 15,
      udt: 'time',
      oid: 1083,
      bytes: 8,
      category: 'D',
    },
    'timestamp without time zone': {
      ...OTHER,
      jdbcType: 93,
      length: 26,
      udt: 'timestamp',
      oid: 1114,
      bytes: 8,
      category: 'D',
    },
    'timestamp with time zone': {
      ...OTHER,
      jdbcType: 2014,
      length: 32,
      udt: 'timestamptz',
      oid: 1184,
      bytes: 8,
      category: 'D',
    },
    interval: { ...OTHER, udt: 'interval', oid: 1186, bytes: 16, category: 'T' },
  } satisfies Record<string, TypeFacts>),
);

/** The facts of a type by PostgreSQL's name of it. */
export function describeType(type: string): TypeFacts {
  return TYPE_FACTS.get(type) ?? OTHER;
}
