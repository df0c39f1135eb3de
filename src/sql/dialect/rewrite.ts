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

/** All rewrites, in the order in which they are tried. At most one of them changes a node. */
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

/** Applied before the others, which then rewrite the result. */
export const EARLY_REWRITES: readonly Rewrite[] = [...documentRewrites, ...earlyOperatorRewrites];

/** Translates a query into DuckDB's dialect. */
export function rewriteDialect(
  select: SelectStmt,
  { position, typeOf, columnTypeOf }: RewriteContext,
): SelectStmt {
  // What an early rewrite puts in the place of a node has the type of that node.
  const replaced = new Map<Node, Node>();
  const context: RewriteContext = {
    position,
    typeOf: (node) => typeOf(replaced.get(node) ?? node),
    columnTypeOf: (node) => columnTypeOf(replaced.get(node) ?? node),
  };
  const rewrite = (node: Node): Node => {
    const original = applyFirst(EARLY_REWRITES, node, context, node);
    if (original !== node) replaced.set(original, node);
    return applyFirst(REWRITES, mapInside(original, rewrite), context, original);
  };
  return mapNodes(select, rewrite);
}

/** Applies the first rewrite that changes the node. */
function applyFirst(rewrites: readonly Rewrite[], node: Node, context: RewriteContext, original: Node): Node {
  for (const rewrite of rewrites) {
    const changed = rewrite.apply(node, context, original);
    if (changed !== undefined) return changed;
  }
  return node;
}
