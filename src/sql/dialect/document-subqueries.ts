import type { Node, SelectStmt } from 'libpg-query';
import { getStringValues } from '../parse/tree.ts';
import { call, cast, column } from './build.ts';
import { isDocument } from './document-order.ts';
import type { Rewrite, RewriteContext } from './types.ts';

const DOCUMENTS: ReadonlySet<string | undefined> = new Set(['json', 'jsonb']);
const STRINGS: ReadonlySet<string | undefined> = new Set(['text', 'varchar', 'bpchar', 'unknown']);
const OTHERS: ReadonlySet<string | undefined> = new Set([
  'int2',
  'int4',
  'int8',
  'numeric',
  'float8',
  'bool',
]);
const OUTPUT = 'compared';

/** Documents compared with the rows of a subquery. They are rewritten before their operands. */
export const documentSubqueryRewrites: readonly Rewrite[] = [
  {
    name: 'documents in subqueries',
    why: 'DuckDB compares the text of a document, which has quotes, with that of the other value.',
    apply: (node, context) => {
      if (!('SubLink' in node) || node.SubLink.subLinkType !== 'ANY_SUBLINK') return undefined;
      const { testexpr, subselect, operName } = node.SubLink;
      if (operName !== undefined && getStringValues(operName).at(-1) !== '=') return undefined;
      if (testexpr === undefined || subselect === undefined || !('SelectStmt' in subselect)) return undefined;
      const [output, ...more] = context.outputOf(subselect.SelectStmt);
      if (output === undefined || more.length > 0) return undefined;
      const [isTest, isOutput] = [isDocument(testexpr, context), DOCUMENTS.has(output.type)];
      if (isTest === isOutput) return undefined;
      const test = isTest
        ? toComparable(testexpr)
        : toComparableScalar(testexpr, inferType(testexpr, context));
      const compared = column(OUTPUT);
      const value = isOutput ? toComparable(compared) : toComparableScalar(compared, output.type);
      if (test === undefined || value === undefined) return undefined;
      const select: SelectStmt = {
        targetList: [{ ResTarget: { val: value } }],
        fromClause: [
          {
            RangeSubselect: {
              subquery: subselect,
              alias: { aliasname: OUTPUT, colnames: [{ String: { sval: OUTPUT } }] },
            },
          },
        ],
        limitOption: 'LIMIT_OPTION_DEFAULT',
        op: 'SETOP_NONE',
      };
      return { SubLink: { ...node.SubLink, testexpr: test, subselect: { SelectStmt: select } } };
    },
  },
];

function inferType(node: Node, context: RewriteContext): string | undefined {
  return 'A_Const' in node && node.A_Const.sval !== undefined ? 'text' : context.typeOf(node);
}

function toComparable(document: Node): Node {
  return call('pg_comparable_json', [cast(document, 'varchar')]);
}

/** A scalar as JSON; undefined for a type that documents do not have. */
function toComparableScalar(value: Node, type: string | undefined): Node | undefined {
  if (STRINGS.has(type)) return toComparable(call('to_json', [cast(value, 'varchar')]));
  return OTHERS.has(type) ? toComparable(value) : undefined;
}
