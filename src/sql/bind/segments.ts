import type { FuncCall, Node } from 'libpg-query';
import { constant, number } from '../dialect/build.ts';
import { toSegmentRelation } from '../../catalog/segment-relation.ts';
import type { ScanSegment, TableDef } from '../../catalog/table-def.ts';
import { DriverError } from '../../core/errors.ts';
import { LIMITS } from '../../dynamo/lint/limits.ts';
import type { ParameterLiteral } from '../parse/parameter-value.ts';
import type { ParsedQuery } from '../parse/parse.ts';
import { getStringValues, mapInside, visitNodes } from '../parse/tree.ts';
import type { Binder } from './binder.ts';

/** The function in FROM whose rows are the items of one segment of a parallel Scan. */
export const SEGMENT_FUNCTION = 'dynamo_segment';

const USAGE = `Write it as in ${SEGMENT_FUNCTION}('orders', 0, 4): the first of four segments.`;

/** The table of `dynamo_segment('orders', 0, 4)`; undefined if the catalog was not asked for it yet. */
export function bindSegment(
  { args = [], location }: FuncCall,
  binder: Binder,
): { readonly name: string; readonly table: TableDef | undefined } {
  const position = binder.position(location);
  const [first, second, third, ...others] = args;
  if (first === undefined || second === undefined || third === undefined || others.length > 0)
    throw new DriverError(
      'SQL_UNKNOWN_FUNCTION',
      `function ${SEGMENT_FUNCTION} with ${args.length} arguments does not exist`,
      { position, remedy: USAGE },
    );
  const name = readConstant(first, 'the name of a table', position);
  const segment = toSegment(readInteger(second, position), readInteger(third, position), position);
  if (name === null)
    throw new DriverError('SQL_BAD_ARGUMENT', `the table of ${SEGMENT_FUNCTION} must not be null`, {
      position,
      remedy: USAGE,
    });
  const known = binder.table(name, location);
  if (known === undefined) return { name, table: undefined };
  if (known.kind !== 'table' || known.table.child !== undefined)
    throw new DriverError('SQL_NOT_SUPPORTED', `"${name}" cannot be read in segments: it is not a table`, {
      position,
      remedy: 'Name a table, or an index as in "orders.by_status".',
    });
  return { name, table: toSegmentRelation(known.table, segment) };
}

/** A NULL argument makes a function return no rows. */
function toSegment(index: number | null, count: number | null, position: number): ScanSegment {
  if (index === null || count === null) return { index: 0, count: 0 };
  const { max } = LIMITS.segments;
  if (count < 1 || count > max)
    throw new DriverError(
      'SQL_BAD_ARGUMENT',
      `number of segments must be between 1 and ${max}, not ${count}`,
      {
        position,
      },
    );
  if (index < 0 || index >= count)
    throw new DriverError('SQL_BAD_ARGUMENT', `segment must be between 0 and ${count - 1}, not ${index}`, {
      position,
      remedy: 'Segments are numbered from 0, as in DynamoDB.',
    });
  return { index, count };
}

function readInteger(node: Node, position: number): number | null {
  const text = readConstant(node, 'integers', position);
  if (text === null) return null;
  if (/^[-+]?\d{1,10}$/.test(text.trim())) return Number(text);
  throw new DriverError('SQL_BAD_VALUE', `invalid input syntax for type integer: "${text}"`, { position });
}

/** The text of a constant, which may be negative or cast; null for NULL. */
function readConstant(node: Node, expected: string, position: number): string | null {
  if ('TypeCast' in node && node.TypeCast.arg !== undefined)
    return readConstant(node.TypeCast.arg, expected, position);
  // The values of parameters are not known when their types are asked for.
  if ('ParamRef' in node) return null;
  if ('A_Expr' in node && node.A_Expr.lexpr === undefined && node.A_Expr.rexpr !== undefined) {
    const sign = getStringValues(node.A_Expr.name).join('');
    const text = readConstant(node.A_Expr.rexpr, expected, position);
    if (text !== null && (sign === '-' || sign === '+')) return `${sign}${text}`;
  }
  if ('A_Const' in node) {
    const { isnull, ival, fval, sval } = node.A_Const;
    if (isnull === true) return null;
    if (ival !== undefined) return String(ival.ival ?? 0);
    if (fval !== undefined) return fval.fval ?? '';
    if (sval !== undefined) return sval.sval ?? '';
  }
  throw new DriverError(
    'SQL_NOT_SUPPORTED',
    `arguments of ${SEGMENT_FUNCTION} must be constants or parameters`,
    {
      position,
      remedy: `Compute ${expected} before, and pass them as parameters.`,
    },
  );
}

/** Whether parameters choose a segment, by statement. */
const usesParameters = new WeakMap<ParsedQuery, boolean>();

/** The statement with the values of the parameters that choose a segment; the same one if there are none. */
export function inlineSegments(parsed: ParsedQuery, parameters: readonly ParameterLiteral[]): ParsedQuery {
  if (parsed.parameterCount === 0) return parsed;
  let known = usesParameters.get(parsed);
  if (known === undefined) usesParameters.set(parsed, (known = findParameters(parsed)));
  if (!known) return parsed;
  const inline = (node: Node): Node => {
    if ('ParamRef' in node) return toConstant(parameters[(node.ParamRef.number ?? 0) - 1]) ?? node;
    return mapInside(node, inline);
  };
  const visit = (node: Node): Node => {
    const inside = mapInside(node, visit);
    return isSegmentCall(inside) ? mapInside(inside, inline) : inside;
  };
  const query = mapInside({ SelectStmt: parsed.ast }, visit);
  return 'SelectStmt' in query ? { ...parsed, ast: query.SelectStmt } : parsed;
}

function toConstant(literal: ParameterLiteral | undefined): Node | undefined {
  if (literal?.kind === 'null') return { A_Const: { isnull: true } };
  if (literal?.kind === 'text') return constant(literal.text);
  return literal?.kind === 'number' ? number(literal.text) : undefined;
}

function findParameters({ ast }: ParsedQuery): boolean {
  let found = false;
  visitNodes([{ SelectStmt: ast }], (node) => {
    if (isSegmentCall(node)) visitNodes([node], (inner) => void (found ||= 'ParamRef' in inner));
  });
  return found;
}

function isSegmentCall(node: Node): boolean {
  return 'FuncCall' in node && getStringValues(node.FuncCall.funcname).at(-1) === SEGMENT_FUNCTION;
}
