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
    name: 'jsonpath',
    why: 'DuckDB has no SQL/JSON paths.',
    apply: (node) => {
      const expression = matchOperator(node);
      if (expression?.left !== undefined && expression.operator === '@?')
        return cast(findPath('pg_json_path_found', expression.left, expression.right), 'bool');
      if (expression?.left !== undefined && expression.operator === '@@')
        return cast(findPath('pg_json_path_true', expression.left, expression.right), 'bool');
      const fn = matchCall(node);
      const [target, path, variables, silent] = fn?.args ?? [];
      if (fn === undefined || target === undefined || path === undefined || silent !== undefined)
        return undefined;
      switch (fn.name) {
        case 'jsonb_path_exists':
        case 'jsonb_path_match':
          return cast(findPath(fn.name.replace('jsonb', 'pg_json'), target, path, variables), 'bool');
        case 'jsonb_path_query_array':
          return json(findPath('pg_json_path', target, path, variables));
        case 'jsonb_path_query_first':
          return call('pg_extract', [findPath('pg_json_path', target, path, variables), constant('$[0]')]);
        case 'jsonb_path_query':
          return call('unnest', [jsonElements(findPath('pg_json_path', target, path, variables))]);
        default:
          return undefined;
      }
    },
  },
];

function findPath(name: string, document: Node, path: Node, variables: Node = constant('')): Node {
  return call(name, [cast(document, 'varchar'), cast(path, 'varchar'), cast(variables, 'varchar')]);
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
