import { getStringValues } from '../parse/tree.ts';
import { call, getConstantText, matchCall } from './build.ts';
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
    name: 'bytea of computed text',
    why: "DuckDB's cast reads other escapes, and no text that is not ASCII.",
    apply: (node, context, original) => {
      if (!('TypeCast' in node) || !('TypeCast' in original)) return undefined;
      const { arg, typeName } = node.TypeCast;
      const before = original.TypeCast.arg;
      if (arg === undefined || before === undefined || typeName?.arrayBounds !== undefined) return undefined;
      const isBytea = getStringValues(typeName?.names).at(-1) === 'bytea';
      return isBytea && getConstantText(arg) === undefined && inferStaticType(before, context) === 'text'
        ? call('pg_bytes', [arg])
        : undefined;
    },
  },
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
