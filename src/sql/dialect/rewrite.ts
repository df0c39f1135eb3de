import type { Node, SelectStmt } from 'libpg-query';
import { mapInside, mapNodes } from '../parse/tree.ts';
import { arithmeticRewrites } from './arithmetic.ts';
import { dateTimeRewrites } from './date-time.ts';
import { driverJsonRewrites } from './driver-json.ts';
import { functionRewrites } from './functions.ts';
import { jsonAccessRewrites } from './json-access.ts';
import { jsonFunctionRewrites } from './json-functions.ts';
import { jsonbRewrites } from './jsonb.ts';
import { macroRewrites } from './macro-calls.ts';
import { operatorRewrites } from './operators.ts';
import { patternRewrites } from './patterns.ts';
import { regexFunctionRewrites } from './regex-functions.ts';
import { setReturningRewrites } from './set-returning-rewrites.ts';
import { textRewrites } from './text.ts';
import { typeRewrites } from './types-and-literals.ts';
import type { Rewrite, RewriteContext } from './types.ts';

/** Every rewrite, in the order in which they are tried; at most one changes a node. */
export const REWRITES: readonly Rewrite[] = [
  ...setReturningRewrites,
  ...jsonbRewrites,
  ...jsonAccessRewrites,
  ...jsonFunctionRewrites,
  ...driverJsonRewrites,
  ...patternRewrites,
  ...regexFunctionRewrites,
  ...dateTimeRewrites,
  ...arithmeticRewrites,
  ...textRewrites,
  ...operatorRewrites,
  ...typeRewrites,
  ...functionRewrites,
  ...macroRewrites,
];

/** A query in DuckDB's terms. */
export function rewriteDialect(select: SelectStmt, position: (location: number) => number): SelectStmt {
  const context: RewriteContext = { position };
  const rewrite = (node: Node): Node => {
    const inside = mapInside(node, rewrite);
    for (const each of REWRITES) {
      const changed = each.apply(inside, context, node);
      if (changed !== undefined) return changed;
    }
    return inside;
  };
  return mapNodes(select, rewrite);
}
