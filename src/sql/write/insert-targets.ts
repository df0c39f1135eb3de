import type { Node } from 'libpg-query';
import type { TableDef } from '../../catalog/table-def.ts';
import type { ParsedText } from '../parse/parse.ts';
import { assertDistinctTargets } from './build-item.ts';
import { parseNamedTarget, resolveWriteTarget, type WriteTarget } from './write-target.ts';

/** The targets of INSERT's column list; without one, all columns of the table. */
export function resolveInsertTargets(
  cols: readonly Node[] | undefined,
  table: TableDef,
  parsed: ParsedText,
): readonly WriteTarget[] {
  const targets =
    cols === undefined
      ? table.columns
          .filter((column) => column.hidden !== true)
          .map((column) => resolveWriteTarget(table, { name: column.name, steps: [], location: 0 }, parsed))
      : cols.map((node) => resolveWriteTarget(table, parseNamedTarget(node, 'INSERT'), parsed));
  assertDistinctTargets(targets);
  return targets;
}
