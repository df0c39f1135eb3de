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

/** What the engines run before anything else. */
export const MACRO_STATEMENTS: readonly string[] = ALL.map(
  ({ name, forms }) =>
    `CREATE MACRO pg_${name}${forms.map(([parameters, sql]) => `(${parameters}) AS ${sql}`).join(', ')}`,
);

/** Calls of the functions that are macros. */
export const macroRewrites: readonly Rewrite[] = [
  {
    name: 'macros',
    why: 'A macro bears another name than the function it stands for, which DuckDB may have as well.',
    apply: (node) => {
      if (!('FuncCall' in node)) return undefined;
      const name = getStringValues(node.FuncCall.funcname).at(-1) ?? '';
      return NAMES.has(name) ? call(`pg_${name}`, node.FuncCall.args ?? []) : undefined;
    },
  },
];
