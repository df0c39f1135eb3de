import type { Node } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { getStringValues } from '../parse/tree.ts';
import { parseArrayLiteral } from '../types/text-input.ts';
import { call, matchCall, cast, constant, getConstantText } from './build.ts';
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
      return fn?.name === 'jsonb_set' && target !== undefined && path !== undefined
        ? call('pg_jsonb_set', [target, toPathJson(path), ...rest])
        : undefined;
    },
  },
  {
    name: 'jsonb_path_query',
    why: 'DuckDB has no SQL/JSON paths.',
    apply: (node, context) => {
      const fn = matchCall(node);
      const [target, path] = fn?.args ?? [];
      if (fn === undefined || !/^jsonb_path_(?:query_first|query_array|exists)$/.test(fn.name))
        return undefined;
      const known = getConstantText(path);
      if (target === undefined || known === undefined || fn.args.length > 2)
        throw new DriverError(
          'SQL_NOT_SUPPORTED',
          `${fn.name} is supported only with a constant path and without variables`,
          {
            position: context.position(fn.call.location ?? 0),
          },
        );
      const found = call('pg_json_path', [cast(target, 'varchar'), constant(known)]);
      if (fn.name === 'jsonb_path_query_array') return json(found);
      const first = call('json_extract', [found, constant('$[0]')]);
      return fn.name === 'jsonb_path_exists'
        ? { NullTest: { arg: first, nulltesttype: 'IS_NOT_NULL' } }
        : first;
    },
  },
];

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
