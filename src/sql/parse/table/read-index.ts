import type { IndexClause, IndexKeyPart, ParsedOption } from './table-statement.ts';
import type { TokenReader } from './token-reader.ts';
import { readType, isTypeNext } from './column-type-names.ts';

/** `name (partition, sort …) [INCLUDE (…) | KEYS ONLY] [WITH (…)]`; the words before it are read already. */
export function readIndex(reader: TokenReader, kind: IndexClause['kind']): IndexClause {
  const { value: name, position } = reader.readName('the name of the index');
  return readIndexBody(reader, { name, kind, position });
}

/** The same after the name, which stands elsewhere in CREATE INDEX. */
export function readIndexBody(
  reader: TokenReader,
  head: Pick<IndexClause, 'name' | 'kind' | 'position'>,
): IndexClause {
  if (reader.accept('using') && !reader.accept('btree')) throw reader.unexpected('BTREE');
  const [partition = [], ...sort] = reader.readList(() =>
    reader.isNext('(') ? reader.readList(() => readKeyPart(reader)) : [readKeyPart(reader)],
  );
  const grouped = sort.find((parts) => parts.length > 1);
  if (grouped !== undefined)
    throw reader.error(
      'SQL_TABLE_DEFINITION',
      `Index ${head.name}: only the partition key is written in parentheses of its own.`,
      'Write ((a, b), c, d): the index is parted by a and b, and sorted by c and d.',
    );
  const projection = readProjection(reader);
  const options = reader.accept('with') ? readOptions(reader) : [];
  if (reader.isNext('where'))
    throw reader.error(
      'SQL_NOT_SUPPORTED',
      'An index has no condition: it holds the items that have all attributes of its key.',
    );
  return { ...head, partition, sort: sort.flat(), projection, options };
}

function readKeyPart(reader: TokenReader): IndexKeyPart {
  const { value: name, position } = reader.readName('an attribute of the key');
  const type = isTypeNext(reader) ? readType(reader) : undefined;
  if (reader.isNext('desc'))
    throw reader.error(
      'SQL_NOT_SUPPORTED',
      'An index is kept in ascending order.',
      'Leave DESC out: ORDER BY … DESC reads it backwards at the same cost.',
    );
  if (!reader.accept('asc') && reader.isNext('('))
    throw reader.error('SQL_NOT_SUPPORTED', 'The key of an index is made of attributes, not of expressions.');
  return { name, type, position };
}

function readProjection(reader: TokenReader): IndexClause['projection'] {
  if (reader.accept('keys only')) return 'keys only';
  if (!reader.accept('include')) return 'all';
  return reader.readList(() => reader.readName('an attribute').value);
}

/** `(name = value, …)` */
export function readOptions(reader: TokenReader): readonly ParsedOption[] {
  return reader.readList(() => {
    const { name, position } = readOptionName(reader);
    if (!reader.accept('=')) return { name, value: 'true', position };
    return { name, value: reader.value('a value'), position };
  });
}

/** `(name, …)`: options that are to be as if they had never been given. */
export function readOptionNames(reader: TokenReader): readonly ParsedOption[] {
  return reader.readList(() => ({ ...readOptionName(reader), value: undefined }));
}

function readOptionName(reader: TokenReader): Pick<ParsedOption, 'name' | 'position'> {
  const [first, ...rest] = reader.readQualifiedName('the name of an option');
  const { value = '', position = 1 } = first ?? {};
  return { name: [value.toLowerCase(), ...rest.map((part) => part.value)].join('.'), position };
}
