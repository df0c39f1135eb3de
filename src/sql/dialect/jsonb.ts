import type { Node } from 'libpg-query';
import { getStringValues } from '../parse/tree.ts';
import { parseArrayLiteral } from '../types/text-input.ts';
import { call, cast, constant, getConstantText, jsonElements, matchCall } from './build.ts';
import { matchOperator } from './operator.ts';
import { inferStaticType } from './static-types.ts';
import type { Rewrite } from './types.ts';

/** Casts, operators and functions of jsonb that json does not have. */
export const jsonbRewrites: readonly Rewrite[] = [
  {
    name: 'casts to jsonb',
    why: 'DuckDB has a single JSON type, which keeps the text as it is, so equal documents would differ.',
    apply: (node, context, original) => {
      if (!('TypeCast' in node) || !('TypeCast' in original)) return undefined;
      const { arg, typeName } = node.TypeCast;
      if (
        arg === undefined ||
        typeName?.arrayBounds !== undefined ||
        getStringValues(typeName?.names).at(-1) !== 'jsonb'
      )
        return undefined;
      return inferStaticType(original.TypeCast.arg, context) === 'jsonb' ? arg : call('pg_jsonb', [arg]);
    },
  },
  {
    name: 'jsonb changed by operators',
    why: 'DuckDB has no operators that modify documents.',
    apply: (node, context, original) => {
      const [expression, before] = [matchOperator(node), matchOperator(original)];
      if (expression?.left === undefined || before === undefined) return undefined;
      const { operator, left, right } = expression;
      const isJsonb = inferStaticType(before.left, context) === 'jsonb';
      if (operator === '||' && (isJsonb || inferStaticType(before.right, context) === 'jsonb'))
        return json(call('pg_json_concat', [cast(left, 'varchar'), cast(right, 'varchar')]));
      if (!isJsonb) return undefined;
      if (operator === '-') return json(call('pg_json_delete', [cast(left, 'varchar'), toJsonText(right)]));
      return operator === '#-'
        ? json(call('pg_json_delete_path', [cast(left, 'varchar'), toPathJson(right)]))
        : undefined;
    },
  },
  {
    name: 'jsonb_set',
    why: 'The path is an array in PostgreSQL; the function that replaces jsonb_set takes JSON.',
    apply: (node) => {
      const fn = matchCall(node);
      const [target, path, ...rest] = fn?.args ?? [];
      const isChange = fn?.name === 'jsonb_set' || fn?.name === 'jsonb_insert';
      return isChange && target !== undefined && path !== undefined
        ? call(`pg_${fn.name}`, [target, toPathJson(path), ...rest])
        : undefined;
    },
  },
  {
    name: 'literals of jsonb in VALUES',
    why: 'PostgreSQL converts them to the type of the column, and so to its normal form.',
    apply: (node, context, original) => {
      if (!('SelectStmt' in node) || !('SelectStmt' in original)) return undefined;
      const { valuesLists } = node.SelectStmt;
      if (valuesLists === undefined) return undefined;
      const before = (original.SelectStmt.valuesLists ?? []).map(listItems);
      const rows = valuesLists.map((row, i): Node => {
        const items = listItems(row).map((item, j) => {
          const literal = before[i]?.[j];
          const isJsonb = literal !== undefined && context.convertedTypeOf(literal) === 'jsonb';
          return isJsonb && getConstantText(item) !== undefined ? call('pg_jsonb', [item]) : item;
        });
        return { List: { items } };
      });
      return { SelectStmt: { ...node.SelectStmt, valuesLists: rows } };
    },
  },
  {
    name: 'jsonpath',
    why: 'DuckDB has no SQL/JSON paths.',
    apply: (node) => {
      const expression = matchOperator(node);
      const operator = PATH_OPERATORS.get(expression?.operator ?? '');
      if (operator !== undefined && expression?.left !== undefined)
        return findPath(operator, [expression.left, expression.right, constant('{}'), TRUE]);
      const fn = matchCall(node);
      const result = fn && PATH_FUNCTIONS.get(fn.name);
      const args = fn && orderArguments(fn.args);
      return result === undefined || args === undefined ? undefined : result(args);
    },
  },
];

const TRUE: Node = { A_Const: { boolval: { boolval: true } } };
const FALSE: Node = { A_Const: { boolval: {} } };

const PATH_OPERATORS: ReadonlyMap<string, string> = new Map([
  ['@?', 'pg_json_path_exists'],
  ['@@', 'pg_json_path_match'],
]);

const PATH_FUNCTIONS: ReadonlyMap<string, (args: readonly Node[]) => Node> = new Map<
  string,
  (args: readonly Node[]) => Node
>([
  ['jsonb_path_exists', (args) => findPath('pg_json_path_exists', args)],
  ['jsonb_path_match', (args) => findPath('pg_json_path_match', args)],
  ['jsonb_path_query_array', (args) => json(followPath(args))],
  ['jsonb_path_query_first', (args) => call('pg_extract', [followPath(args), constant('$[0]')])],
  ['jsonb_path_query', (args) => call('unnest', [jsonElements(followPath(args))])],
]);

/** The document, the path, the variables and whether errors are suppressed. The last two may be named. */
function orderArguments(args: readonly Node[]): readonly Node[] | undefined {
  const named = new Map(
    args.flatMap((arg) =>
      'NamedArgExpr' in arg ? [[arg.NamedArgExpr.name, arg.NamedArgExpr.arg] as const] : [],
    ),
  );
  const [target, path, variables, silent, ...more] = args.filter((arg) => !('NamedArgExpr' in arg));
  const all = [
    target ?? named.get('target'),
    path ?? named.get('path'),
    variables ?? named.get('vars') ?? constant('{}'),
    silent ?? named.get('silent') ?? FALSE,
  ].filter((arg) => arg !== undefined);
  return all.length < 4 || more.length > 0 ? undefined : all;
}

function followPath(args: readonly Node[]): Node {
  return call(
    'pg_json_path',
    args.map((arg) => cast(withoutPathCast(arg), 'varchar')),
  );
}

function findPath(name: string, args: readonly Node[]): Node {
  return cast(
    call(
      name,
      args.map((arg) => cast(withoutPathCast(arg), 'varchar')),
    ),
    'bool',
  );
}

/** DuckDB has no type jsonpath. */
function withoutPathCast(arg: Node): Node {
  const isPath = 'TypeCast' in arg && getStringValues(arg.TypeCast.typeName?.names).at(-1) === 'jsonpath';
  return isPath ? (arg.TypeCast.arg ?? arg) : arg;
}

function listItems(row: Node): readonly Node[] {
  return 'List' in row ? (row.List.items ?? []) : [];
}

function json(text: Node): Node {
  return cast(text, 'json');
}

function toJsonText(node: Node): Node {
  return cast(
    call('to_json', [getConstantText(node) === undefined ? node : cast(node, 'varchar')]),
    'varchar',
  );
}

/** A path, `'{a,0}'` or an array of strings, as a JSON array. */
function toPathJson(node: Node): Node {
  const steps = parseArrayLiteral(getConstantText(node) ?? '');
  return steps === undefined ? toJsonText(node) : constant(JSON.stringify(steps));
}
