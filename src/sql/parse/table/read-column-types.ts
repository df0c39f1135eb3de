import { DriverError } from '../../../core/errors.ts';
import { indexOfCharacter } from '../positions.ts';
import { scan } from '../scan.ts';
import { readType } from './column-type-names.ts';
import type { ParsedType } from './table-statement.ts';
import { TokenReader } from './token-reader.ts';

/** A column and its type, as in CREATE TABLE. The name is spelled as written, since it may be a new attribute's. */
export interface ColumnType {
  readonly name: string;
  readonly type: ParsedType;
}

/** Reads `id text, qty bigint, price numeric(10,2)`. Throws SQL_SYNTAX without a position, as the string is part of a statement. */
export function readColumnTypes(text: string): readonly ColumnType[] {
  const reader = new TokenReader(text, scan(text) ?? []);
  const columns: ColumnType[] = [];
  try {
    do {
      const { value, position } = reader.readName('a column');
      const start = indexOfCharacter(text, position - 1);
      const spelled = text.slice(start, start + value.length);
      const name = spelled.toLowerCase() === value ? spelled : value;
      if (columns.some((column) => column.name === name))
        throw reader.error('SQL_SYNTAX', `column "${name}" specified more than once`);
      columns.push({ name, type: readType(reader) });
    } while (reader.accept(','));
    if (!reader.isAtEnd) throw reader.unexpected('","');
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    throw new DriverError(error.code, `types "${text}": ${error.message}`, {
      cause: error,
      remedy: "Write a list of columns with their types, as in TYPES 'qty bigint, price numeric(10,2)'.",
    });
  }
  return columns;
}
