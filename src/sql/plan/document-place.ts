import { isWholeItem, type ColumnDef } from '../../catalog/table-def.ts';
import { LIMITS } from '../../dynamo/lint/limits.ts';
import type { DocumentPath } from '../../dynamo/expression/predicate.ts';
import type { PlanExpression } from './plan-json.ts';

/** Finds the column of a reference; undefined if it is not a column of the table. */
export type ColumnLookup = (index: number) => ColumnDef | undefined;

type Step = string | number;

/** The place in an item that an expression reads. */
export interface DocumentPlace {
  /** The possible paths of the place: digits may be a key or a position. */
  readonly paths: readonly DocumentPath[];
  /**
   * The parents of the place if it is a position. They may be sets, which have positions in SQL but not in DynamoDB.
   */
  readonly inSets: readonly DocumentPath[];
  /** `json` for the result of `->`, in which a NULL is a value; `text` for that of `->>`. */
  readonly as: 'json' | 'text';
}

/**
 * Resolves an expression to the place that it reads: a JSON column, or a member reached with `->`, `->>` and similar
 * operators.
 */
export function resolvePlace(
  expression: PlanExpression | undefined,
  lookup: ColumnLookup,
): DocumentPlace | undefined {
  const asText = resolveJsonbMember(expression, lookup);
  if (asText !== undefined) return asText;
  const steps: (readonly Step[])[] = [];
  const as = expression?.name === 'json_extract_string' ? 'text' : 'json';
  let node = expression;
  while (node?.type === 'BOUND_FUNCTION') {
    if (node.name !== 'json_extract' && node.name !== 'json_extract_string') return undefined;
    const [document, path, ...more] = node.children ?? [];
    const own = more.length > 0 ? undefined : parsePath(path);
    // A member extracted as text is parsed as JSON again, which DynamoDB cannot do.
    if (own === undefined || (node !== expression && node.name !== 'json_extract')) return undefined;
    steps.unshift(...own);
    node = document;
  }
  if (node?.type !== 'BOUND_REF' || node.index === undefined) return undefined;
  const column = lookup(node.index);
  return column?.type.kind === 'json' && column.stored !== true ? placeIn(column, steps, as) : undefined;
}

/** The document in a column; undefined for the whole item, which is not an attribute. */
export function wholeColumn(column: ColumnDef): DocumentPlace | undefined {
  return placeIn(column, [], 'json');
}

/** `jsonb ->> key` is expanded to a CASE that normalizes documents and returns everything else like `->>`. */
function resolveJsonbMember(
  expression: PlanExpression | undefined,
  lookup: ColumnLookup,
): DocumentPlace | undefined {
  if (expression?.type !== 'CASE_EXPR' || expression.else_expr?.name !== 'json_extract_string')
    return undefined;
  const checks = expression.case_checks ?? [];
  const place = resolvePlace(expression.else_expr, lookup);
  const isNormalForm = checks.every(
    ({ when_expr, then_expr }) =>
      then_expr?.name === 'pg_normal_json' &&
      when_expr?.left?.name === 'json_type' &&
      isDeepEqual(then_expr.children?.[0]?.child, expression.else_expr?.children?.[0]) &&
      isDeepEqual(when_expr.left.children?.[0], expression.else_expr?.children?.[0]),
  );
  return checks.length > 0 && isNormalForm ? place : undefined;
}

function isDeepEqual(a: PlanExpression | undefined, b: PlanExpression | undefined): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}

/** Builds a place from steps, each of which may have several meanings. */
function placeIn(
  column: ColumnDef,
  steps: readonly (readonly Step[])[],
  as: DocumentPlace['as'],
): DocumentPlace | undefined {
  const [first, ...rest] = steps;
  let paths: DocumentPath[] = [column.path];
  let inner = steps;
  if (isWholeItem(column)) {
    const names = (first ?? []).filter((step) => typeof step === 'string');
    if (names.length === 0) return undefined;
    paths = names.map((name) => [name]);
    inner = rest;
  }
  let parents: DocumentPath[] = [];
  for (const meanings of inner) {
    parents = meanings.some((step) => typeof step === 'number') ? paths : [];
    paths = paths.flatMap((path) => meanings.map((step): DocumentPath => [...path, step]));
    if (paths.length > MAX_MEANINGS) return undefined;
  }
  return paths.every(isValidPath) ? { paths, inSets: parents, as } : undefined;
}

const MAX_MEANINGS = 4;
const MAX_STEPS = 32;
const MAX_POSITION = 99_999;

export function isValidPath(path: DocumentPath): boolean {
  return (
    path.length <= MAX_STEPS &&
    path.every((step) =>
      typeof step === 'number'
        ? step <= MAX_POSITION
        : step !== '' && Buffer.byteLength(step) <= LIMITS.attributeNameBytes.max,
    )
  );
}

const PATH_STEP = /\."([^"\\*]+)"|\.([A-Za-z_]\w*)|\[(\d+)\]/gy;

/** Parses a path in one of DuckDB's notations: `$.a."b c"[0]`, the JSON pointer `/a/0`, a bare key, a position. */
function parsePath(argument: PlanExpression | undefined): (readonly Step[])[] | undefined {
  const path = argument?.value?.value;
  if (typeof path === 'number') return path >= 0 ? [[path]] : undefined;
  if (typeof path !== 'string' || path === '') return undefined;
  if (path.startsWith('/')) return path.slice(1).split('/').map(pointerStep);
  if (!path.startsWith('$')) return /^\d/.test(path) ? undefined : [[path]];
  const steps: Step[][] = [];
  PATH_STEP.lastIndex = 1;
  while (PATH_STEP.lastIndex < path.length) {
    const match = PATH_STEP.exec(path);
    if (match === null) return undefined;
    const [, quoted, bare, position] = match;
    steps.push([position === undefined ? (quoted ?? bare ?? '') : Number(position)]);
  }
  return steps;
}

function pointerStep(step: string): readonly Step[] {
  const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
  return /^\d+$/.test(key) ? [key, Number(key)] : [key];
}
