import { isTableSchema } from '../../types/table-schema.ts';
import type { Located } from './table-statement.ts';
import type { TokenReader } from './token-reader.ts';

/** The name of a table. A dot belongs to it, unless the schema of all tables stands before it. */
export function readTableName(reader: TokenReader): Located<string> {
  return toTableName(reader.readQualifiedName('the name of a table'));
}

/** The table that these parts name. */
export function toTableName(parts: readonly Located<string>[]): Located<string> {
  const [first, ...rest] = parts.map((part) => part.value);
  const own = first !== undefined && rest.length > 0 && isTableSchema(first) ? rest : [first ?? '', ...rest];
  return { value: own.join('.'), position: parts[0]?.position ?? 1 };
}

/** `[WAIT | NOWAIT]` and the end of the statement. */
export function readWait(reader: TokenReader): boolean {
  const waits = !reader.accept('nowait');
  if (waits) reader.accept('wait');
  return waits;
}
