import type { Node } from 'libpg-query';
import { call, cast, matchCall } from './build.ts';
import { inferStaticType } from './static-types.ts';
import type { Rewrite } from './types.ts';

/** Functions that make documents of their arguments. */
const MAKERS = /^(?:to_jsonb?|jsonb?_agg|jsonb?_object_agg|jsonb?_build_object|jsonb?_build_array)$/;

/** Numbers that become parts of documents. They are rewritten before the functions that make documents of them. */
export const jsonNumberRewrites: readonly Rewrite[] = [
  {
    name: 'numbers in documents',
    why: 'A DECIMAL has as many digits after the point for all values, and long numbers are marked strings in documents.',
    apply: (node, context) => {
      const fn = matchCall(node);
      if (fn === undefined || !MAKERS.test(fn.name)) return undefined;
      const isNumber = (arg: Node): boolean =>
        !('A_Const' in arg) && inferStaticType(arg, context) === 'numeric';
      if (!fn.args.some(isNumber)) return undefined;
      const args = fn.args.map((arg) =>
        isNumber(arg) ? call('pg_number_document', [cast(arg, 'text')]) : arg,
      );
      return { FuncCall: { ...fn.call, args } };
    },
  },
];
