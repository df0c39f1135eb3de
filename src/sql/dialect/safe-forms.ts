import { DriverError } from '../../core/errors.ts';
import { call, cast, constant } from './build.ts';
import type { Rewrite } from './types.ts';

/** Forms that test a value instead of failing. They are rewritten before their operands. */
export const safeFormRewrites: readonly Rewrite[] = [
  {
    name: 'IS JSON',
    why: 'DuckDB has no such predicate.',
    apply: (node, context) => {
      if (!('JsonIsPredicate' in node)) return undefined;
      const { expr, item_type: type = 'JS_TYPE_ANY', unique_keys: isUnique, location } = node.JsonIsPredicate;
      if (expr === undefined) return undefined;
      if (isUnique === true)
        throw new DriverError('SQL_NOT_SUPPORTED', 'IS JSON WITH UNIQUE KEYS is not supported', {
          position: context.position(location ?? 0),
        });
      return call('pg_is_json', [cast(expr, 'varchar'), constant(type.replace(/^JS_TYPE_/, ''))]);
    },
  },
];
