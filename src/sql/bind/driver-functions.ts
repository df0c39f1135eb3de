import type { Node } from 'libpg-query';
import { ITEM_COLUMN } from '../../catalog/table-def.ts';
import { matchCall, column, constant, getConstantText } from '../dialect/build.ts';
import { getStringValues } from '../parse/tree.ts';

/** Functions whose first argument is a unit of time, quoted or not. */
const WITH_UNIT: ReadonlySet<string> = new Set(['dateadd', 'datediff', 'datepart']);

const UNITS: ReadonlyMap<string, string> = new Map(
  [
    'year yy yyyy',
    'quarter qq q',
    'month mm m',
    'week wk ww',
    'day dd d',
    'dayofyear dy y',
    'weekday dw w',
    'hour hh',
    'minute mi n',
    'second ss s',
    'millisecond ms',
  ].flatMap((line) => {
    const [unit = '', ...short] = line.split(' ');
    return [unit, ...short].map((name): [string, string] => [name, unit]);
  }),
);

/**
 * Rewrites a call in another driver's syntax, whose arguments are not SQL expressions; undefined for all other nodes.
 */
export function rewriteDriverCall(node: Node): Node | undefined {
  const fn = matchCall(node);
  if (fn === undefined) return undefined;
  if (isDocumentCall(node)) return column(ITEM_COLUMN);
  const [first, ...rest] = fn.args;
  if (!WITH_UNIT.has(fn.name) || first === undefined) return undefined;
  const written =
    'ColumnRef' in first ? getStringValues(first.ColumnRef.fields) : [getConstantText(first) ?? ''];
  const unit = written.length === 1 ? UNITS.get((written[0] ?? '').toLowerCase()) : undefined;
  return unit === undefined ? undefined : { FuncCall: { ...fn.call, args: [constant(unit), ...rest] } };
}

/** `DOCUMENT(*)`: the whole item. */
export function isDocumentCall(node: Node): boolean {
  const fn = matchCall(node);
  return fn?.name === 'document' && fn.call.agg_star === true;
}
