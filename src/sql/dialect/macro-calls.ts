import { getStringValues } from '../parse/tree.ts';
import { call } from './build.ts';
import { CATALOG_MACROS } from './catalog-macros.ts';
import { DRIVER_MACROS } from './driver-macros.ts';
import { DIALECT_FUNCTIONS } from './functions/list.ts';
import { JSON_ORDER_MACROS, SAFE_FORM_MACROS } from './json-macros.ts';
import { STORED_MACROS, VALUE_MACROS } from './attribute-macros.ts';
import type { Macro } from './macro.ts';
import { MACROS } from './macros.ts';
import type { Rewrite } from './types.ts';

const ALL = [
  ...MACROS,
  ...JSON_ORDER_MACROS,
  ...SAFE_FORM_MACROS,
  ...CATALOG_MACROS,
  ...DRIVER_MACROS,
  ...VALUE_MACROS,
];

const NAMES: ReadonlySet<string> = new Set(
  ALL.flatMap(({ name, internal }) => (internal === true ? [] : name)),
);

const PREFIX = 'pg_';

/** What has the prefix in the engine. PostgreSQL has functions of its own that begin so. */
const PREFIXED: ReadonlySet<string> = new Set([
  ...ALL.map(({ name }) => PREFIX + name),
  ...DIALECT_FUNCTIONS.map(({ name }) => name),
]);

/** The function's name in the statement, by its name in the engine. */
export function withoutPrefix(name: string): string {
  return PREFIXED.has(name) ? name.slice(PREFIX.length) : name;
}

const toStatement = ({ name, forms }: Pick<Macro, 'name' | 'forms'>): string =>
  `CREATE MACRO ${PREFIX}${name}${forms.map(([parameters, sql]) => `(${parameters}) AS ${sql}`).join(', ')}`;

/** Creates the macros in an executing engine, which runs these statements first. */
export const MACRO_STATEMENTS: readonly string[] = ALL.map(toStatement);

/** Creates the macros in the planning engine. */
export const PLANNING_MACRO_STATEMENTS: readonly string[] = ALL.map(({ name, forms, planned = forms }) =>
  toStatement({ name, forms: planned }),
);

/** Creates the macros that only the executing engines have. */
export const STORED_MACRO_STATEMENTS: readonly string[] = STORED_MACROS.map(toStatement);

/** Calls of functions that are defined as macros. */
export const macroRewrites: readonly Rewrite[] = [
  {
    name: 'macros',
    why: 'A macro has a prefix, because DuckDB may have a function of the same name.',
    apply: (node) => {
      if (!('FuncCall' in node)) return undefined;
      const name = getStringValues(node.FuncCall.funcname).at(-1) ?? '';
      return NAMES.has(name) ? call(PREFIX + name, node.FuncCall.args ?? []) : undefined;
    },
  },
];
