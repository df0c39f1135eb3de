import type { Node, SelectStmt } from 'libpg-query';
import { mapInside, mapNodes } from '../parse/tree.ts';
import { aggregateFilterRewrites } from './aggregate-filter.ts';
import { arithmeticRewrites } from './arithmetic.ts';
import { arraySubscriptRewrites } from './array-subscripts.ts';
import { arrayRewrites } from './arrays.ts';
import { attributeTestRewrites } from './attribute-tests.ts';
import { unifyDocuments } from './column-form.ts';
import { documentCastRewrites } from './document-casts.ts';
import { documentSortRewrites, expandDocumentSort } from './document-sort.ts';
import { documentSubqueryRewrites } from './document-subqueries.ts';
import { documentValueRewrites } from './document-values.ts';
import { documentRewrites } from './documents.ts';
import { decimalRewrites } from './decimals.ts';
import { dateTimeRewrites } from './date-time.ts';
import { driverJsonRewrites } from './driver-json.ts';
import { functionRewrites } from './functions.ts';
import { jsonAccessRewrites } from './json-access.ts';
import { jsonFunctionRewrites } from './json-functions.ts';
import { jsonKeyRewrites } from './json-keys.ts';
import { jsonOrderRewrites } from './json-order.ts';
import { jsonbRewrites } from './jsonb.ts';
import { numberRewrites } from './numbers.ts';
import { macroRewrites } from './macro-calls.ts';
import { earlyOperatorRewrites, operatorRewrites } from './operators.ts';
import { patternRewrites } from './patterns.ts';
import { regexFunctionRewrites } from './regex-functions.ts';
import { lineBreakRewrites, rowRewrites } from './rows.ts';
import { safeFormRewrites } from './safe-forms.ts';
import { setReturningRewrites } from './set-returning-rewrites.ts';
import { substringRewrites } from './substring.ts';
import { textRewrites } from './text.ts';
import { earlyTimeRewrites, timeValueRewrites } from './time-values.ts';
import { typeRewrites } from './types-and-literals.ts';
import type { Rewrite, RewriteContext } from './types.ts';

/** All rewrites, in the order in which they are tried. At most one of them changes a node. */
export const REWRITES: readonly Rewrite[] = [
  ...attributeTestRewrites,
  ...arrayRewrites,
  ...arraySubscriptRewrites,
  ...lineBreakRewrites,
  ...substringRewrites,
  ...setReturningRewrites,
  ...jsonOrderRewrites,
  ...jsonbRewrites,
  ...jsonAccessRewrites,
  ...jsonFunctionRewrites,
  ...driverJsonRewrites,
  ...patternRewrites,
  ...regexFunctionRewrites,
  ...timeValueRewrites,
  ...dateTimeRewrites,
  ...numberRewrites,
  ...arithmeticRewrites,
  ...textRewrites,
  ...operatorRewrites,
  ...typeRewrites,
  ...functionRewrites,
  ...macroRewrites,
];

/** Applied before the others, which then rewrite the result. */
export const EARLY_REWRITES: readonly Rewrite[] = [
  ...documentRewrites,
  ...documentSubqueryRewrites,
  ...documentCastRewrites,
  ...jsonKeyRewrites,
  ...documentValueRewrites,
  ...rowRewrites,
  ...earlyOperatorRewrites,
  ...aggregateFilterRewrites,
  ...documentSortRewrites,
  ...safeFormRewrites,
  ...earlyTimeRewrites,
  ...decimalRewrites,
];

/** Translates a query into DuckDB's dialect. */
export function rewriteDialect(select: SelectStmt, context: RewriteContext): SelectStmt {
  const replaced = new Map<object, object>();
  const typed = withReplaced(context, replaced);
  const rewrite = (node: Node): Node => {
    const original = applyFirst(EARLY_REWRITES, node, typed, node);
    if (original !== node) replaced.set(original, node);
    return applyFirst(REWRITES, mapInside(original, rewrite), typed, original);
  };
  return mapNodes(expandDocumentSort(unifyDocuments(select, context, replaced), typed), rewrite);
}

/** What an early rewrite puts in the place of a node has the type of that node. */
function withReplaced(context: RewriteContext, replaced: ReadonlyMap<object, object>): RewriteContext {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a node takes the place of a node of its kind
  const source = <T extends object>(node: T): T => (replaced.get(node) ?? node) as T;
  return {
    ...context,
    typeOf: (node) => context.typeOf(source(node)),
    columnTypeOf: (node) => context.columnTypeOf(source(node)),
    definitionsOf: (node) => context.definitionsOf(source(node)),
    convertedTypeOf: (node) => context.convertedTypeOf(source(node)),
    outputOf: (query) => context.outputOf(source(query)),
  };
}

/** Applies the first rewrite that changes the node. */
function applyFirst(rewrites: readonly Rewrite[], node: Node, context: RewriteContext, original: Node): Node {
  for (const rewrite of rewrites) {
    const changed = rewrite.apply(node, context, original);
    if (changed !== undefined) return changed;
  }
  return node;
}
