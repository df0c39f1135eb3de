import type { Node, RangeVar } from 'libpg-query';
import type { StatementContext } from '../exec/context.ts';
import type { ParsedCommand } from '../parse/parse.ts';
import { getStringValues, visitNodes } from '../parse/tree.ts';
import { getTopWith, getWriteName, listCtes, listWritingCtes } from '../parse/writing-ctes.ts';
import { findSystemTable } from '../system/registry.ts';
import { formatTargetName } from '../write/target-table.ts';

/**
 * Whether a statement has only one part that writes, and no other part that reads the same table. Then the order of its
 * parts does not matter, and it may write more items than a transaction can.
 */
export async function writesAlone(
  { node }: ParsedCommand,
  { catalog }: StatementContext,
  signal: AbortSignal,
): Promise<boolean> {
  const ctes = listCtes(getTopWith(node));
  const [only, ...others] = listWritingCtes(node);
  if (only === undefined || others.length > 0 || getWriteName(node) !== undefined) return false;
  const { relation, returningClause } = getWrite(only);
  const target = await catalog.table(formatTargetName(relation), signal);
  const names = new Set(ctes.map(({ ctename }) => ctename));
  const { ranges, isKnown } = listRanges([
    returningClause,
    ...ctes.filter(({ ctequery }) => ctequery !== only).map(({ ctequery }) => ctequery),
    'SelectStmt' in node ? { ...node.SelectStmt, withClause: undefined } : node,
  ]);
  if (!isKnown) return false;
  for (const range of ranges) {
    const { schemaname: schema, relname: name = '' } = range;
    if ((schema === undefined && names.has(name)) || findSystemTable(schema, name) !== undefined) continue;
    if ((await catalog.view(name, signal)) !== undefined) return false;
    const table = await catalog.table(formatTargetName(range), signal);
    if (table.name === target.name || table.child !== undefined || table.through !== undefined) return false;
  }
  return true;
}

function getWrite(node: Node): { readonly relation?: RangeVar; readonly returningClause?: unknown } {
  if ('InsertStmt' in node) return node.InsertStmt;
  if ('UpdateStmt' in node) return node.UpdateStmt;
  if ('DeleteStmt' in node) return node.DeleteStmt;
  return 'MergeStmt' in node ? node.MergeStmt : {};
}

/** The tables that parts of a statement name. `isKnown`: they have no function that may read another table. */
function listRanges(parts: unknown): { readonly ranges: readonly RangeVar[]; readonly isKnown: boolean } {
  const ranges: RangeVar[] = [];
  let isKnown = true;
  visitNodes(parts, (node) => {
    if ('RangeVar' in node) ranges.push(node.RangeVar);
    if ('FuncCall' in node && getStringValues(node.FuncCall.funcname).at(-1)?.startsWith('dynamo_') === true)
      isKnown = false;
  });
  return { ranges, isKnown };
}
