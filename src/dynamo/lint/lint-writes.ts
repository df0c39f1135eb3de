import { DriverError } from '../../core/errors.ts';
import { hasLoneSurrogate, LONE_SURROGATE_FOUND } from '../../core/surrogates.ts';
import type { AttributeMap, AttributeValue } from '../attribute-value.ts';
import { measureExpression } from '../expression/expression-text.ts';
import { itemBytes } from '../item-size.ts';
import type { BuiltWrite } from '../write/item-write.ts';
import { keyIdentity, keyValueBytes, significantDigits } from '../key.ts';
import { type Limit, LIMITS, PAGES } from './limits.ts';
import {
  readObject,
  checkLimit,
  type LintKey,
  type Members,
  type Report,
  type Violation,
} from './lint-report.ts';

/** Finds what DynamoDB would reject in a write request, by its documented rules. */
export function lintWrite(
  { operation, input }: BuiltWrite,
  keys: ReadonlyMap<string, LintKey>,
): readonly Violation[] {
  const found: Violation[] = [];
  const report: Report = (source, message, code) =>
    found.push({ message, source, ...(code === undefined ? {} : { code }) });
  switch (operation) {
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
      lintOne(input, keys, report);
      break;
    case 'TransactWriteItems':
      lintMany(LIMITS.transactItems, listActions(input['TransactItems']), keys, report);
      break;
    case 'BatchWriteItem':
      lintMany(LIMITS.batchWriteItems, listBatched(input['RequestItems']), keys, report);
      break;
  }
  return found;
}

/** Throws for a write request that DynamoDB would reject. */
export function checkWrite(built: BuiltWrite, keys: ReadonlyMap<string, LintKey>): void {
  throwViolations(built.operation, lintWrite(built, keys));
}

/** Throws for an item that DynamoDB would reject in a put. */
export function checkItem(item: AttributeMap, key: LintKey): void {
  const found: Violation[] = [];
  lintItem(item, key, (source, message, code) =>
    found.push({ message, source, ...(code === undefined ? {} : { code }) }),
  );
  throwViolations('PutItem', found);
}

function throwViolations(operation: string, violations: readonly Violation[]): void {
  if (violations.length === 0) return;
  throw new DriverError(
    violations.find(({ code }) => code !== undefined)?.code ?? 'DYNAMO_LIMIT',
    `${operation}: ${violations.map(({ message }) => message).join('; ')}`,
  );
}

function lintOne(input: Members, keys: ReadonlyMap<string, LintKey>, report: Report): void {
  const { TableName: table, Item: item, Key: key } = input;
  const schema = keys.get(String(table));
  for (const kind of ['UpdateExpression', 'ConditionExpression']) {
    const text = input[kind];
    if (typeof text !== 'string') continue;
    const size = measureExpression(text);
    checkLimit(LIMITS.expressionBytes, size.bytes, kind, report);
    checkLimit(LIMITS.operators, size.operators, kind, report);
    checkLimit(LIMITS.nesting, size.depth, kind, report);
    checkLimit(LIMITS.inOperands, size.inOperands, kind, report);
  }
  for (const value of Object.values(readObject(input['ExpressionAttributeValues'])))
    if (isValue(value)) lintValue(value, 'ExpressionAttributeValues', 1, report);
  if (isMap(item)) lintItem(item, schema, report);
  else if (schema !== undefined) {
    const members = readObject(key);
    lintKeyAttributes(members, schema, report);
    const names = Object.keys(members);
    if (names.length !== schema.partition.length + schema.sort.length)
      report(PAGES.key, `the key does not match the schema: found ${names.join(', ')}`);
  }
}

function lintItem(item: AttributeMap, schema: LintKey | undefined, report: Report): void {
  checkLimit(LIMITS.itemBytes, itemBytes(item), 'item size has exceeded the maximum allowed size', report);
  for (const name of Object.keys(item)) {
    if (name === '') report(PAGES.item, 'an attribute name is empty');
    lintString(name, 'an attribute name', report);
    const value = item[name];
    if (value !== undefined) lintValue(value, name, 1, report);
  }
  if (schema !== undefined) lintKeyAttributes(item, schema, report);
}

function lintKeyAttributes(members: Members, { partition, sort }: LintKey, report: Report): void {
  for (const attribute of partition) lintKeyValue(members, attribute, LIMITS.partitionKeyBytes, report);
  for (const attribute of sort) lintKeyValue(members, attribute, LIMITS.sortKeyBytes, report);
}

function lintKeyValue(
  members: Members,
  { name, type }: LintKey['partition'][number],
  limit: Limit,
  report: Report,
): void {
  const value = members[name];
  if (value === undefined) {
    report(PAGES.key, `missing the key attribute ${name}`);
    return;
  }
  const held = isValue(value) ? value : undefined;
  if (held === undefined || !(type in held) || !('S' in held || 'N' in held || 'B' in held)) {
    report(PAGES.key, `type mismatch for key ${name}: expected ${type}`);
    return;
  }
  const bytes = keyValueBytes(held);
  if (bytes === 0) report(PAGES.key, `the key attribute ${name} cannot contain an empty value`);
  checkLimit(limit, bytes, name, report);
}

function lintMany(
  limit: (typeof LIMITS)[keyof typeof LIMITS],
  writes: readonly Members[],
  keys: ReadonlyMap<string, LintKey>,
  report: Report,
): void {
  checkLimit(limit, writes.length, 'request', report);
  if (writes.length === 0) report(limit.source, 'the request has no writes');
  const bytes = writes.reduce((sum, { Item: item }) => sum + (isMap(item) ? itemBytes(item) : 0), 0);
  checkLimit(
    limit === LIMITS.transactItems ? LIMITS.transactBytes : LIMITS.batchWriteBytes,
    bytes,
    'request',
    report,
  );
  const seen = new Set<string>();
  for (const write of writes) {
    lintOne(write, keys, report);
    const identity = identifyItem(write, keys.get(String(write['TableName'])));
    if (identity !== undefined && seen.has(identity))
      report(
        limit.source,
        `the request cannot include multiple operations on one item: table ${String(write['TableName'])}`,
      );
    if (identity !== undefined) seen.add(identity);
  }
}

function identifyItem(write: Members, schema: LintKey | undefined): string | undefined {
  const { Item: item, Key: key } = write;
  const names = [...(schema?.partition ?? []), ...(schema?.sort ?? [])].map(({ name }) => name);
  const from = isMap(item) ? item : isMap(key) ? key : undefined;
  if (from === undefined || names.length === 0) return undefined;
  const identity: Record<string, { S: string } | { N: string } | { B: string }> = {};
  for (const name of names) {
    const value = from[name];
    if (value === undefined || !('S' in value || 'N' in value || 'B' in value)) return undefined;
    identity[name] = value;
  }
  return `${String(write['TableName'])} ${keyIdentity(identity)}`;
}

/** The largest and smallest exponents of numbers that are written as 0.digits times a power of ten. */
const MAX_POWER = 126;
const MIN_POWER = -129;

function lintValue(value: AttributeValue, where: string, depth: number, report: Report): void {
  checkLimit(LIMITS.nesting, depth, where, report);
  if ('S' in value) lintString(value.S, where, report);
  else if ('N' in value) lintNumber(value.N, where, report);
  else if ('L' in value) for (const member of value.L) lintValue(member, where, depth + 1, report);
  else if ('M' in value)
    for (const [name, member] of Object.entries(value.M)) {
      lintString(name, where, report);
      lintValue(member, `${where}.${name}`, depth + 1, report);
    }
  else {
    const set = 'SS' in value ? value.SS : 'NS' in value ? value.NS : 'BS' in value ? value.BS : undefined;
    if (set === undefined) return;
    if (set.length === 0) report(PAGES.item, `${where}: a set cannot be empty`);
    if ('NS' in value) for (const text of value.NS) lintNumber(text, where, report);
    if ('SS' in value) for (const text of value.SS) lintString(text, where, report);
    const members = 'NS' in value ? value.NS.map((N) => keyIdentity({ N: { N } })) : set;
    if (new Set(members).size < set.length) report(PAGES.item, `${where}: the set contains duplicates`);
  }
}

function lintString(text: string, where: string, report: Report): void {
  if (hasLoneSurrogate(text))
    report(PAGES.item, `${where}: the string has ${LONE_SURROGATE_FOUND}`, 'SQL_BAD_VALUE');
}

function lintNumber(text: string, where: string, report: Report): void {
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) {
    report(PAGES.item, `${where}: ${JSON.stringify(text)} cannot be converted to a number`);
    return;
  }
  checkLimit(LIMITS.numberDigits, significantDigits(text), where, report);
  // Shorter numbers without an exponent are always in range.
  const power = text.length > MAX_POWER || /e/i.test(text) ? findPower(text) : undefined;
  if (power !== undefined && (power > MAX_POWER || power < MIN_POWER))
    report(
      LIMITS.numberDigits.source,
      `${where}: ${text} is out of range: the magnitude must be from 1E-130 to 9.99E+125`,
    );
}

/** The exponent of a number written as 0.digits times a power of ten; undefined for zero. */
function findPower(text: string): number | undefined {
  const [, whole = '', fraction = '', exponent = '0'] =
    /^[+-]?(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const all = whole + fraction;
  const leading = /^0*/.exec(all)?.[0].length ?? 0;
  return leading === all.length ? undefined : whole.length - leading + Number(exponent);
}

function listActions(items: unknown): readonly Members[] {
  return (Array.isArray(items) ? items : []).flatMap((item: unknown) =>
    Object.values(readObject(item)).map(readObject),
  );
}

function listBatched(tables: unknown): readonly Members[] {
  return Object.entries(readObject(tables)).flatMap(([table, writes]) =>
    (Array.isArray(writes) ? writes : []).flatMap((write: unknown) =>
      Object.values(readObject(write)).map((one) => ({ ...readObject(one), TableName: table })),
    ),
  );
}

function isValue(value: unknown): value is AttributeValue {
  return Object.keys(readObject(value)).length === 1;
}

function isMap(value: unknown): value is AttributeMap {
  return typeof value === 'object' && value !== null && Object.values(value).every(isValue);
}
