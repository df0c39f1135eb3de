import { formatDeclaredType, parseDeclaredType, toSqlType } from './declared-type.ts';
import { DEFAULT_STORED_TIME, parseStoredTime } from './stored-time.ts';
import { formatColumnType, parseColumnType } from './schemas/column-types.ts';
import type { DeclaredColumn } from './schemas/schema-file.ts';

/**
 * The types of CREATE TABLE as tags of the table, where no schema file keeps them: DynamoDB itself stores the types of keys only.
 * A tag's value is `qty:bigint price:numeric/10/2`; a date that is not stored in the default form has that form as a third part.
 * Characters that AWS does not allow in a tag, or that separate these parts, are `=` and two hexadecimal digits.
 */
const TAG = 'dynadbc:types';

/** AWS allows 256 characters in a value, and 50 tags, some of which are left to others. */
const MAX_VALUE_LENGTH = 256;
const MAX_TAGS = 40;

/** Whether a tag holds types of columns. */
export function isTypeTag(key: string): boolean {
  return key === TAG || key.startsWith(`${TAG}:`);
}

/** The tags of a table's columns; undefined if they do not fit. */
export function toTypeTags(
  columns: readonly Pick<DeclaredColumn, 'name' | 'type' | 'declared'>[],
): ReadonlyMap<string, string> | undefined {
  const values: string[] = [];
  for (const column of columns) {
    const entry = formatEntry(column);
    const joined = values.length === 0 ? entry : `${values.at(-1)} ${entry}`;
    if (entry.length > MAX_VALUE_LENGTH) return undefined;
    if (values.length > 0 && joined.length <= MAX_VALUE_LENGTH) values[values.length - 1] = joined;
    else values.push(entry);
  }
  if (values.length > MAX_TAGS) return undefined;
  return new Map(values.map((value, i) => [i === 0 ? TAG : `${TAG}:${i + 1}`, value]));
}

/** The columns that a table's tags declare, in the order of CREATE TABLE. Entries that this version does not know are left out. */
export function parseTypeTags(tags: ReadonlyMap<string, string>): readonly DeclaredColumn[] {
  return [...tags]
    .filter(([key]) => isTypeTag(key))
    .toSorted(([a], [b]) => tagNumber(a) - tagNumber(b))
    .flatMap(([, value]) => value.split(' '))
    .flatMap((entry) => parseEntry(entry) ?? []);
}

function tagNumber(key: string): number {
  return key === TAG ? 1 : Number(key.slice(TAG.length + 1));
}

function formatEntry({ name, type, declared }: Pick<DeclaredColumn, 'name' | 'type' | 'declared'>): string {
  const typeName = declared === undefined ? formatColumnType(type) : formatDeclaredType(declared);
  const parts = [escape(name), encodeType(typeName)];
  if ('stored' in type && type.stored !== DEFAULT_STORED_TIME[type.kind]) parts.push(escape(type.stored));
  return parts.join(':');
}

function parseEntry(entry: string): DeclaredColumn | undefined {
  const [encodedName = '', encodedType = '', encodedForm] = entry.split(':');
  const name = unescape(encodedName);
  const text = decodeType(encodedType);
  const declared = parseDeclaredType(text);
  const type = (declared && toSqlType(declared)) ?? parseColumnType(text);
  if (name === '' || type === undefined) return undefined;
  if (declared !== undefined) return { name, path: [name], type, declared };
  if (encodedForm === undefined || !('stored' in type)) return { name, path: [name], type };
  const stored = unescape(encodedForm);
  const isKnown = parseStoredTime(stored)?.kind === type.kind;
  return isKnown ? { name, path: [name], type: { ...type, stored } } : undefined;
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
