import { isTableSchema } from '../../types/table-schema.ts';
import type { Located } from './table-statement.ts';
import type { TokenReader } from './token-reader.ts';

/** Reads the name of a table. A dot is part of the name, unless it follows the schema of all tables. */
export function readTableName(reader: TokenReader): Located<string> {
  return toTableName(reader.readQualifiedName('a table name'));
}

/** Joins the parts of a table name, without the schema. */
export function toTableName(parts: readonly Located<string>[]): Located<string> {
  const [first, ...rest] = parts.map((part) => part.value);
  const hasSchema = first !== undefined && rest.length > 0 && isTableSchema(first);
  return { value: (hasSchema ? rest : [first ?? '', ...rest]).join('.'), position: parts[0]?.position ?? 1 };
}

/** Reads `[WAIT | NOWAIT]`. */
export function readWait(reader: TokenReader): boolean {
  const waits = !reader.accept('nowait');
  if (waits) reader.accept('wait');
  return waits;
}
