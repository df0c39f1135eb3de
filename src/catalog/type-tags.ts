import { formatDeclaredType, parseDeclaredType, toSqlType } from './declared-type.ts';
import { formatColumnType, parseColumnType } from './schemas/column-types.ts';
import type { DeclaredColumn } from './schemas/schema-file.ts';

/**
 * The types of CREATE TABLE as tags of the table, where no schema file keeps them: DynamoDB itself stores the types of keys only.
 * A tag's value is `qty:bigint price:numeric/10/2`; characters that AWS does not allow there are `=` and two hexadecimal digits.
 */
const TAG = 'dynadbc:types';

/** AWS allows 256 characters in a value, and 50 tags. */
const MAX_VALUE_LENGTH = 256;
const MAX_TAGS = 20;

/** Whether a tag holds types of columns. */
export function isTypeTag(key: string): boolean {
  return key === TAG || key.startsWith(`${TAG}:`);
}

/** The tags of a table's columns; undefined if they do not fit. */
export function toTypeTags(
  columns: readonly Pick<DeclaredColumn, 'name' | 'type' | 'declared'>[],
): ReadonlyMap<string, string> | undefined {
  const values: string[] = [];
  for (const { name, type, declared } of columns) {
    const entry = `${escape(name)}:${encodeType(declared === undefined ? formatColumnType(type) : formatDeclaredType(declared))}`;
    const joined = values.length === 0 ? entry : `${values.at(-1)} ${entry}`;
    if (entry.length > MAX_VALUE_LENGTH) return undefined;
    if (values.length > 0 && joined.length <= MAX_VALUE_LENGTH) values[values.length - 1] = joined;
    else values.push(entry);
  }
  if (values.length > MAX_TAGS) return undefined;
  return new Map(values.map((value, i) => [i === 0 ? TAG : `${TAG}:${i + 1}`, value]));
}

/** The columns that a table's tags declare. Entries that this version does not know are left out. */
export function parseTypeTags(tags: ReadonlyMap<string, string>): readonly DeclaredColumn[] {
  const entries = [...tags].filter(([key]) => isTypeTag(key)).flatMap(([, value]) => value.split(' '));
  return entries.flatMap((entry): DeclaredColumn[] => {
    const [encodedName = '', encodedType = ''] = entry.split(':');
    const name = unescape(encodedName);
    const text = decodeType(encodedType);
    const declared = parseDeclaredType(text);
    const type = (declared && toSqlType(declared)) ?? parseColumnType(text);
    if (name === '' || type === undefined) return [];
    return [{ name, path: [name], type, ...(declared === undefined ? {} : { declared }) }];
  });
}

function escape(text: string): string {
  return text.replaceAll(/[^A-Za-z\d_.-]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `=${byte.toString(16).padStart(2, '0')}`).join(''),
  );
}

function unescape(text: string): string {
  return text.replaceAll(/(?:=[\da-f]{2})+/gi, (bytes) =>
    Buffer.from(bytes.replaceAll('=', ''), 'hex').toString(),
  );
}

/** `numeric(10,2)` as `numeric/10/2`; no name of a type has an underscore or a slash. */
function encodeType(text: string): string {
  return text.replaceAll(' ', '_').replaceAll(/[(,]/g, '/').replaceAll(')', '');
}

function decodeType(text: string): string {
  const [name = '', ...modifiers] = text.split('/');
  const type = name.replaceAll('_', ' ');
  return modifiers.length === 0 ? type : `${type}(${modifiers.join(',')})`;
}
