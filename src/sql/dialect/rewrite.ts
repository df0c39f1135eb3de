import type { Node, SelectStmt } from 'libpg-query';
import { mapInside, mapNodes } from '../parse/tree.ts';
import { arithmeticRewrites } from './arithmetic.ts';
import { documentRewrites } from './documents.ts';
import { dateTimeRewrites } from './date-time.ts';
import { driverJsonRewrites } from './driver-json.ts';
import { functionRewrites } from './functions.ts';
import { jsonAccessRewrites } from './json-access.ts';
import { jsonFunctionRewrites } from './json-functions.ts';
import { jsonbRewrites } from './jsonb.ts';
import { macroRewrites } from './macro-calls.ts';
import { earlyOperatorRewrites, operatorRewrites } from './operators.ts';
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

/** Those that come before them: what they make is rewritten like what was written. */
export const EARLY_REWRITES: readonly Rewrite[] = [...documentRewrites, ...earlyOperatorRewrites];

/** A query in DuckDB's terms. */
export function rewriteDialect(select: SelectStmt, position: (location: number) => number): SelectStmt {
  const context: RewriteContext = { position };
  const rewrite = (given: Node): Node => {
    const written = changed(EARLY_REWRITES, given, context, given);
    return changed(REWRITES, mapInside(written, rewrite), context, written);
  };
  return mapNodes(select, rewrite);
}

/** The node as the first of the rewrites changes it. */
function changed(rewrites: readonly Rewrite[], node: Node, context: RewriteContext, written: Node): Node {
  for (const each of rewrites) {
    const other = each.apply(node, context, written);
    if (other !== undefined) return other;
  }
  return node;
}
