import type { IndexClause, IndexKeyPart, ParsedOption } from './table-statement.ts';
import type { TokenReader } from './token-reader.ts';
import { readType, isTypeNext } from './column-type-names.ts';

/** Reads `name (partition, sort …) [INCLUDE (…) | KEYS ONLY] [WITH (…)]`. */
export function readIndex(reader: TokenReader, kind: IndexClause['kind']): IndexClause {
  const { value: name, position } = reader.readName('an index name');
  return readIndexBody(reader, { name, kind, position });
}

/** Reads the same without the name, which CREATE INDEX has before ON. */
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
      `index "${head.name}": only the partition key can be in separate parentheses`,
      'Write ((a, b), c, d) for an index with the partition key a, b and the sort key c, d.',
    );
  const projection = readProjection(reader);
  const options = reader.accept('with') ? readOptions(reader) : [];
  if (reader.isNext('where'))
    throw reader.error(
      'SQL_NOT_SUPPORTED',
      'a partial index is not supported: an index contains the items that have all attributes of its key',
    );
  return { ...head, partition, sort: sort.flat(), projection, options };
}

function readKeyPart(reader: TokenReader): IndexKeyPart {
  const { value: name, position } = reader.readName('a key column');
  const type = isTypeNext(reader) ? readType(reader) : undefined;
  if (reader.isNext('desc'))
    throw reader.error(
      'SQL_NOT_SUPPORTED',
      'DESC is not supported in an index: DynamoDB stores indexes in ascending order',
      'Remove DESC; ORDER BY … DESC reads the index backwards at the same cost.',
    );
  if (!reader.accept('asc') && reader.isNext('('))
    throw reader.error('SQL_NOT_SUPPORTED', 'an index on expressions is not supported');
  return { name, type, position };
}

function readProjection(reader: TokenReader): IndexClause['projection'] {
  if (reader.accept('keys only')) return 'keys only';
  if (!reader.accept('include')) return 'all';
  return reader.readList(() => reader.readName('a column name').value);
}

/** Reads `(name = value, …)`; a name alone means true. */
export function readOptions(reader: TokenReader): readonly ParsedOption[] {
  return reader.readList(() => {
    const { name, position } = readOptionName(reader);
    if (!reader.accept('=')) return { name, value: 'true', position };
    return { name, value: reader.readValue('a value'), position };
  });
}

/** Reads `(name, …)`: the options that RESET sets to their defaults. */
export function readOptionNames(reader: TokenReader): readonly ParsedOption[] {
  return reader.readList(() => ({ ...readOptionName(reader), value: undefined }));
}

function readOptionName(reader: TokenReader): Pick<ParsedOption, 'name' | 'position'> {
  const [first, ...rest] = reader.readQualifiedName('an option name');
  const { value = '', position = 1 } = first ?? {};
  return { name: [value.toLowerCase(), ...rest.map((part) => part.value)].join('.'), position };
}
