import { call, matchCall } from './build.ts';
import { inferStaticType } from './static-types.ts';
import type { Rewrite } from './types.ts';

/** Parts of bytes; parts of strings are macros. */
export const substringRewrites: readonly Rewrite[] = [
  {
    name: 'parts of bytes',
    why: "DuckDB's substring accepts only strings.",
    apply: (node, context, original) => {
      const fn = matchCall(node);
      if (fn?.name !== 'substr' && fn?.name !== 'substring') return undefined;
      const isBytes = inferStaticType(matchCall(original)?.args[0], context) === 'bytea';
      return isBytes ? call('pg_bytes_part', fn.args) : undefined;
    },
  },
];
