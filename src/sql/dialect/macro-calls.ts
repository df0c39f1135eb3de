import { getStringValues } from '../parse/tree.ts';
import { call } from './build.ts';
import { CATALOG_MACROS } from './catalog-macros.ts';
import { DRIVER_MACROS } from './driver-macros.ts';
import { MACROS } from './macros.ts';
import type { Rewrite } from './types.ts';

const ALL = [...MACROS, ...CATALOG_MACROS, ...DRIVER_MACROS];

const NAMES: ReadonlySet<string> = new Set(
  ALL.flatMap(({ name, internal }) => (internal === true ? [] : name)),
);

/** Creates the macros; the engines run these statements first. */
export const MACRO_STATEMENTS: readonly string[] = ALL.map(
  ({ name, forms }) =>
    `CREATE MACRO pg_${name}${forms.map(([parameters, sql]) => `(${parameters}) AS ${sql}`).join(', ')}`,
);

/** Calls of functions that are defined as macros. */
export const macroRewrites: readonly Rewrite[] = [
  {
    name: 'macros',
    why: 'A macro has a prefix, because DuckDB may have a function of the same name.',
    apply: (node) => {
      if (!('FuncCall' in node)) return undefined;
      const name = getStringValues(node.FuncCall.funcname).at(-1) ?? '';
      return NAMES.has(name) ? call(`pg_${name}`, node.FuncCall.args ?? []) : undefined;
    },
  },
];
