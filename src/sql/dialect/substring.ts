import { call, matchCall } from './build.ts';
import { inferStaticType } from './static-types.ts';
import type { Rewrite } from './types.ts';

const ON_BYTES: ReadonlyMap<string, string> = new Map([
  ['substr', 'pg_bytes_part'],
  ['substring', 'pg_bytes_part'],
  ['length', 'octet_length'],
]);

/** Parts of bytes; parts of strings are macros. */
export const substringRewrites: readonly Rewrite[] = [
  {
    name: 'parts and lengths of bytes',
    why: "DuckDB's substring and length accept only strings.",
    apply: (node, context, original) => {
      const fn = matchCall(node);
      const target = ON_BYTES.get(fn?.name ?? '');
      const isBytes = inferStaticType(matchCall(original)?.args[0], context) === 'bytea';
      return fn !== undefined && target !== undefined && isBytes ? call(target, fn.args) : undefined;
    },
  },
];
