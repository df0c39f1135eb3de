import type { Node } from 'libpg-query';
import { binary, call, constant, getConstantText, jsonElements, matchCall, name } from '../dialect/build.ts';
import { matchOperator } from '../dialect/operator.ts';
import { refuseSlice } from '../dialect/slices.ts';
import { getStringValues } from '../parse/tree.ts';
import type { Binder } from './binder.ts';
import { type ResolvedColumn, resolvePath, type Scope } from './scope.ts';

/** A column and the steps into its document, as expressions: keys are text, positions integers from 0. */
export interface AttributePath {
  readonly column: ResolvedColumn;
  readonly steps: readonly Node[];
}

export interface PathContext {
  readonly scope: Scope;
  readonly binder: Binder;
  /** Binds an expression within a path. */
  readonly bind: (node: Node) => Node;
}

/**
 * Resolves `column`, `column.member`, `column[0].member` and `column['member']`. Undefined for other expressions, for
 * subscripts of columns that may be arrays, and for names that are left to DuckDB.
 */
export function resolveAttributePath(
  node: Node | undefined,
  context: PathContext,
): AttributePath | undefined {
  if (node === undefined) return undefined;
  const { scope, binder } = context;
  if ('ColumnRef' in node) {
    const fields = getStringValues(node.ColumnRef.fields);
    if (fields.at(-1) === '*') return undefined;
    const { location } = node.ColumnRef;
    const found = resolvePath(scope, fields, () => binder.position(location));
    return found && { column: found.column, steps: found.members.map(constant) };
  }
  if (!('A_Indirection' in node)) return undefined;
  const { arg, indirection = [] } = node.A_Indirection;
  const start = resolveAttributePath(arg, context);
  if (start === undefined || (start.steps.length === 0 && start.column.adapts !== 'json')) return undefined;
  return { ...start, steps: [...start.steps, ...indirection.map((step) => toStep(step, context))] };
}

/** The same for a path that ends in `->` and `#>` with constants, as the functions of DynamoDB accept it. */
export function resolveOperatorPath(node: Node | undefined, context: PathContext): AttributePath | undefined {
  const expression = node && matchOperator(node);
  if (expression?.operator !== '->') return resolveAttributePath(node, context);
  const start = resolveOperatorPath(expression.left, context);
  return start && { ...start, steps: [...start.steps, expression.right] };
}

/** A step of an indirection: `.member`, `['member']` or `[0]`. */
function toStep(step: Node, { binder, bind }: PathContext): Node {
  if ('String' in step) return constant(step.String.sval ?? '');
  const { is_slice: isSlice, lidx, uidx } = 'A_Indices' in step ? step.A_Indices : {};
  if (isSlice !== true && uidx !== undefined) return bind(uidx);
  throw refuseSlice(lidx ?? uidx, { position: (location) => binder.position(location) });
}

/** The value at a path, as a document. */
export function toDocument({ column, steps }: AttributePath): Node {
  return extractSteps({ ColumnRef: { fields: column.fields.map(name) } }, steps);
}

/** Whether a bound expression is a path with dots or subscripts, whose operators the statement does not have. */
export function isBoundPath(node: Node): boolean {
  const expression = 'A_Expr' in node ? matchOperator(node) : undefined;
  if (expression?.operator !== '->' || !('A_Expr' in node) || node.A_Expr.location !== undefined)
    return false;
  return (
    'ColumnRef' in (expression.left ?? {}) || (expression.left !== undefined && isBoundPath(expression.left))
  );
}

export function extractSteps(document: Node, steps: readonly Node[]): Node {
  return steps.reduce((inner, step) => binary('->', inner, step), document);
}

/** The constant keys (strings) and positions (numbers) of a path; undefined if a step is computed or counts from the end. */
export function getConstantSteps({ steps }: AttributePath): readonly (string | number)[] | undefined {
  const found = steps.flatMap((step): (string | number)[] => {
    const key = getConstantText(step);
    if (key !== undefined) return [key];
    const position = 'A_Const' in step ? step.A_Const.ival : undefined;
    return position === undefined ? [] : [position.ival ?? 0];
  });
  return found.length === steps.length ? found : undefined;
}

/** The attribute at a path in DynamoDB's JSON, such as `{"S":"x"}`; undefined if the column is not an attribute of a table. */
export function toStoredAttribute(path: AttributePath): Node | undefined {
  const { fields, storedAs } = path.column;
  const steps = getConstantSteps(path);
  if (storedAs === undefined || steps === undefined) return undefined;
  const stored: Node = { ColumnRef: { fields: [...fields.slice(0, -1), storedAs].map(name) } };
  const pointer = steps
    .map((step) =>
      typeof step === 'number' ? `/L/${step}` : `/M/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    )
    .join('');
  return pointer === '' ? stored : call('json_extract', [stored, constant(pointer)]);
}

/** Whether the node expands arrays to rows. */
export function isUnnest(node: Node): boolean {
  return matchCall(node)?.name === 'unnest';
}

/** unnest of lists and sets, which are arrays to it. */
export function bindUnnest(node: Node, context: PathContext): Node {
  const fn = matchCall(node);
  if (fn === undefined) return node;
  const args = fn.args.map((arg) => bindArray(arg, context));
  return { FuncCall: { ...fn.call, args } };
}

/** An argument that is an array, or a list or set as one. */
export function bindArray(arg: Node, context: PathContext): Node {
  return isDocumentPath(arg, context) ? jsonElements(context.bind(arg)) : context.bind(arg);
}

/** Whether an expression is a column of documents or a member of one. */
export function isDocumentPath(node: Node, context: PathContext): boolean {
  const path = resolveOperatorPath(node, context);
  return path !== undefined && (path.steps.length > 0 || path.column.adapts === 'json');
}
