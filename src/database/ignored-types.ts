import type { SqlType } from '../catalog/table-def.ts';
import { DriverError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';

type Kinds = readonly SqlType['kind'][];

const INTEGERS: Kinds = ['bigint', 'hugeint'];
const DECIMALS: Kinds = ['decimal', 'number'];
const DOUBLES: Kinds = ['double'];
const TIMESTAMPS: Kinds = ['timestamptz', 'timestamp'];

/** Type names of PostgreSQL and of other drivers. */
const NAMES: ReadonlyMap<string, Kinds> = new Map([
  ['bigint', INTEGERS],
  ['int8', INTEGERS],
  ['integer', INTEGERS],
  ['int', INTEGERS],
  ['numeric', DECIMALS],
  ['decimal', DECIMALS],
  ['doubleprecision', DOUBLES],
  ['double', DOUBLES],
  ['float', DOUBLES],
  ['float8', DOUBLES],
  ['boolean', ['boolean']],
  ['bool', ['boolean']],
  ['bytea', ['blob']],
  ['binary', ['blob']],
  ['date', ['date']],
  ['datetime', TIMESTAMPS],
  ['timestamp', TIMESTAMPS],
  ['timestamptz', ['timestamptz']],
  // Accepted without effect: sampling never infers it.
  ['time', []],
]);

/** The column types that IgnoreTypes names. */
export function parseIgnoredTypes(names: readonly string[]): ReadonlySet<SqlType['kind']> {
  return new Set(
    names.flatMap((name) => {
      const kinds = NAMES.get(name.toLowerCase().replaceAll(/\s/g, ''));
      if (kinds !== undefined) return kinds;
      throw new DriverError(
        'CONN_BAD_VALUE',
        `IgnoreTypes: unknown type "${name}"; expected ${[...NAMES.keys()].join(', ')}`,
        { candidates: nearest(name, NAMES.keys()) },
      );
    }),
  );
}
