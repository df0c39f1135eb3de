import type { Node } from 'libpg-query';
import { DriverError } from '../../core/errors.ts';
import { addMarks } from '../types/document-marks.ts';
import { getStringValues } from '../parse/tree.ts';
import { isJson } from '../types/json-text.ts';
import { call, constant, getConstantText } from './build.ts';
import { isDocument } from './document-order.ts';
import type { Rewrite, RewriteContext } from './types.ts';

/** Types that are not cast from the text of a scalar document. */
const NOT_FROM_TEXT: ReadonlySet<string> = new Set(['json', 'jsonb', 'text', 'varchar', 'bpchar', 'record']);

/** Casts from and to documents. They are rewritten before their operands. */
export const documentCastRewrites: readonly Rewrite[] = [
  {
    name: 'casts of documents',
    why: 'Numbers of many digits are marked strings in documents, and DuckDB would round them.',
    apply: (node, context) => {
      if (!('TypeCast' in node)) return undefined;
      const { arg, typeName } = node.TypeCast;
      if (arg === undefined || typeName?.arrayBounds !== undefined || !isDocument(arg, context))
        return undefined;
      if (NOT_FROM_TEXT.has(getStringValues(typeName?.names).at(-1) ?? '')) return undefined;
      return { TypeCast: { ...node.TypeCast, arg: call('pg_extract_text', [arg, constant('$')]) } };
    },
  },
  {
    name: 'casts to documents',
    why: "DuckDB's JSON functions round numbers of more than 17 digits.",
    apply: (node, context) => {
      if (!('TypeCast' in node)) return undefined;
      const { arg, typeName } = node.TypeCast;
      const type = getStringValues(typeName?.names).at(-1) ?? '';
      if (arg === undefined || typeName?.arrayBounds !== undefined || (type !== 'json' && type !== 'jsonb'))
        return undefined;
      const text = 'A_Const' in arg ? getConstantText(arg) : undefined;
      if (text !== undefined) {
        if (!isJson(text)) throw invalidJson(arg, context);
        const marked = addMarks(text);
        return marked === text ? undefined : { TypeCast: { ...node.TypeCast, arg: constant(marked) } };
      }
      return type === 'json' && context.typeOf(arg) === 'text' ? call('pg_json_in', [arg]) : undefined;
    },
  },
];

/** A document that the driver itself wrote, with marks. */
export function typedDocument(json: string): Node {
  return call('pg_typed_document', [constant(json)]);
}

function invalidJson(literal: Node, { position }: RewriteContext): DriverError {
  const location = 'A_Const' in literal ? literal.A_Const.location : undefined;
  return new DriverError(
    'SQL_BAD_VALUE',
    'invalid input syntax for type json',
    location === undefined ? {} : { position: position(location) },
  );
}
