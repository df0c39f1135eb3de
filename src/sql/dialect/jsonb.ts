import type { Node } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { getStringValues } from '../parse/tree.ts';
import { parseArrayLiteral } from '../types/text-input.ts';
import { call, callOf, cast, constant, constantText } from './build.ts';
import { operatorOf } from './operator.ts';
import { staticType } from './static-types.ts';
import type { Rewrite } from './types.ts';

/** What jsonb can do and json cannot. */
export const jsonbRewrites: readonly Rewrite[] = [
  {
    name: 'casts to jsonb',
    why: 'DuckDB has one JSON type, which keeps the text as it is: equal documents would differ.',
    apply: (node, _, written) => {
      if (!('TypeCast' in node) || !('TypeCast' in written)) return undefined;
      const { arg, typeName } = node.TypeCast;
      if (
        arg === undefined ||
        typeName?.arrayBounds !== undefined ||
        getStringValues(typeName?.names).at(-1) !== 'jsonb'
      )
        return undefined;
      return staticType(written.TypeCast.arg) === 'jsonb' ? arg : call('pg_jsonb', [arg]);
    },
  },
  {
    name: 'jsonb changed by operators',
    why: 'DuckDB has no operators that change a document.',
    apply: (node, _, written) => {
      const [expression, before] = [operatorOf(node), operatorOf(written)];
      if (expression?.left === undefined || before === undefined) return undefined;
      const { operator, left, right } = expression;
      const isJsonb = staticType(before.left) === 'jsonb';
      if (operator === '||' && (isJsonb || staticType(before.right) === 'jsonb'))
        return json(call('pg_json_concat', [cast(left, 'varchar'), cast(right, 'varchar')]));
      if (!isJsonb) return undefined;
      if (operator === '-') return json(call('pg_json_delete', [cast(left, 'varchar'), asJsonText(right)]));
      return operator === '#-'
        ? json(call('pg_json_delete_path', [cast(left, 'varchar'), pathOf(right)]))
        : undefined;
    },
  },
  {
    name: 'jsonb_set',
    why: 'The path is an array in PostgreSQL, JSON where it is followed.',
    apply: (node) => {
      const fn = callOf(node);
      const [target, path, ...rest] = fn?.args ?? [];
      return fn?.name === 'jsonb_set' && target !== undefined && path !== undefined
        ? call('pg_jsonb_set', [target, pathOf(path), ...rest])
        : undefined;
    },
  },
  {
    name: 'jsonb_path_query',
    why: 'DuckDB has no SQL/JSON paths.',
    apply: (node, context) => {
      const fn = callOf(node);
      const [target, path] = fn?.args ?? [];
      if (fn === undefined || !/^jsonb_path_(?:query_first|query_array|exists)$/.test(fn.name))
        return undefined;
      const known = constantText(path);
      if (target === undefined || known === undefined || fn.args.length > 2)
        throw new DriverError(
          'SQL_NOT_SUPPORTED',
          `${fn.name} is supported with a constant path and without variables.`,
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

function asJsonText(node: Node): Node {
  return cast(call('to_json', [constantText(node) === undefined ? node : cast(node, 'varchar')]), 'varchar');
}

/** A path, `'{a,0}'` or an array of texts, as a JSON array. */
function pathOf(node: Node): Node {
  const steps = parseArrayLiteral(constantText(node) ?? '');
  return steps === undefined ? asJsonText(node) : constant(JSON.stringify(steps));
}
