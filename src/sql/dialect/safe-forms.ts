import type { Node, TypeName } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { getStringValues } from '../parse/tree.ts';
import { TRY_CAST } from '../parse/try-casts.ts';
import { call, cast, constant, getConstantInteger, matchCall } from './build.ts';
import { isDocument } from './document-order.ts';
import { toDocumentText } from './documents.ts';
import { inferStaticType } from './static-types.ts';
import type { ExpressionTypes, Rewrite } from './types.ts';

/** Forms that test a value instead of failing. They are rewritten before their operands. */
export const safeFormRewrites: readonly Rewrite[] = [
  {
    name: 'TRY_CAST of text',
    why: 'DuckDB reads other texts as values of a type than PostgreSQL does, and cannot try functions that raise errors.',
    apply: (node, context) => {
      const fn = matchCall(node);
      const [tried] = fn?.args ?? [];
      if (fn?.name !== TRY_CAST || tried === undefined || !('TypeCast' in tried)) return undefined;
      const { arg, typeName } = tried.TypeCast;
      const text = arg === undefined ? undefined : toText(arg, context);
      const type = typeName === undefined ? undefined : formatType(typeName);
      if (text === undefined || type === undefined) return undefined;
      const expr = call('pg_input_is_valid', [text, constant(type)]);
      return { CaseExpr: { args: [{ CaseWhen: { expr, result: tried } }] } };
    },
  },
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

/** The text that is cast; undefined for a value that is not cast from its text. */
function toText(value: Node, context: ExpressionTypes): Node | undefined {
  if ('A_Const' in value) return value.A_Const.sval === undefined ? undefined : value;
  if (isDocument(value, context)) return toDocumentText(value);
  return inferStaticType(value, context) === 'text' ? value : undefined;
}

/** A type as pg_input_is_valid reads it. A cast cuts a string to the length of its type. */
function formatType({ names, typmods = [], arrayBounds }: TypeName): string | undefined {
  const name = getStringValues(names).at(-1);
  if (name === undefined) return undefined;
  const modifiers = name === 'numeric' ? typmods.map((modifier) => getConstantInteger(modifier)) : [];
  return `${name}${modifiers.length === 0 ? '' : `(${modifiers.join(',')})`}${arrayBounds === undefined ? '' : '[]'}`;
}
