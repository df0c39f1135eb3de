import type { Key } from '../read/access-path.ts';
import type { KeyValue } from '../attribute-value.ts';
import { tokenizeExpression } from '../expression/expression-text.ts';
import { parseKeyCondition, type KeyTerm } from '../expression/key-condition.ts';
import { compareKeyValues, keyIdentity, keyValueBytes, significantDigits } from '../key.ts';
import { LIMITS, PAGES } from './limits.ts';
import {
  readObject,
  checkLimit,
  type LintKey,
  type LintSchema,
  type Members,
  type Report,
} from './lint-report.ts';

/** Checks the key condition of a Query, its values, and that the filter has no key attributes. */
export function lintKeyCondition(input: Members, schema: LintSchema | undefined, report: Report): void {
  const { KeyConditionExpression: text } = input;
  const names = readObject(input['ExpressionAttributeNames']);
  const values = readObject(input['ExpressionAttributeValues']);
  const terms = typeof text === 'string' ? parseKeyCondition(text) : undefined;
  if (terms === undefined) {
    report(PAGES.keyCondition, 'key condition not supported');
    return;
  }
  const key = (schema?.index ?? schema)?.key;
  const sort = new Set(key?.sort.map(({ name }) => name));
  for (const term of terms) {
    const [low, high] = term.values.map((value) => values[value]).filter(isKeyValue);
    if (low !== undefined && high !== undefined && !areInOrder(low, high)) {
      report(
        PAGES.keyCondition,
        `BETWEEN requires the upper bound to be greater than or equal to the lower bound: ${resolveName(term, names)}`,
      );
    }
    for (const value of term.values.map((value) => values[value])) {
      const name = resolveName(term, names);
      lintKeyValue({ name, value, isSort: sort.has(name) }, report);
    }
  }
  if (!terms.some(({ op }) => op === '=')) {
    report(PAGES.keyCondition, 'the key condition has no value for the partition key');
  }
  if (key !== undefined) {
    lintKeyShape(terms, key, { names, values }, report);
    lintFilterNames(input['FilterExpression'], key, names, report);
  }
}

/** Requires each partition key attribute with `=`, then sort key attributes from the left, only the last with a range. */
function lintKeyShape(
  terms: readonly KeyTerm[],
  key: LintKey,
  { names, values }: { readonly names: Members; readonly values: Members },
  report: Report,
): void {
  const byName = new Map(terms.map((term) => [resolveName(term, names), term]));
  if (byName.size < terms.length)
    report(PAGES.keyCondition, 'the key condition has two conditions on one attribute');
  for (const { name } of key.partition) {
    if (byName.get(name)?.op !== '=')
      report(PAGES.keyCondition, `the key condition has no value for the partition key attribute ${name}`);
  }
  let isOpen = true;
  for (const { name } of key.sort) {
    const term = byName.get(name);
    if (term !== undefined && !isOpen) {
      report(
        PAGES.keyCondition,
        `the sort key attribute ${name} requires a condition with = on those before it`,
      );
    }
    isOpen = isOpen && term?.op === '=';
  }
  const attributes = new Map([...key.partition, ...key.sort].map((attribute) => [attribute.name, attribute]));
  for (const [name, term] of byName) {
    const attribute = attributes.get(name);
    if (attribute === undefined) {
      report(PAGES.keyCondition, `${name} is not a key attribute`);
      continue;
    }
    for (const value of term.values.map((value) => values[value])) {
      if (!(attribute.type in readObject(value))) {
        report(PAGES.keyCondition, `type mismatch for key ${name}: expected ${attribute.type}`);
      }
    }
  }
}

function lintFilterNames(filter: unknown, key: LintKey, names: Members, report: Report): void {
  if (typeof filter !== 'string') return;
  const keys = new Set<unknown>([...key.partition, ...key.sort].map(({ name }) => name));
  const tokens = tokenizeExpression(filter);
  const inFilter = new Set(
    tokens.filter((token, at) => token.startsWith('#') && tokens[at - 1] !== '.').map((t) => names[t]),
  );
  for (const name of inFilter) {
    if (keys.has(name))
      report(PAGES.filter, `FilterExpression can only contain non-primary key attributes: ${String(name)}`);
  }
}

/** Checks the keys of a BatchGetItem. */
export function lintBatch(keys: readonly unknown[], schema: LintKey | undefined, report: Report): void {
  checkLimit(LIMITS.batchGetKeys, keys.length, 'BatchGetItem', report);
  if (keys.length === 0) report(LIMITS.batchGetKeys.source, 'BatchGetItem requires at least one key');
  const identities = new Set(keys.filter(isKey).map(keyIdentity));
  if (identities.size < keys.length)
    report(LIMITS.batchGetKeys.source, 'the list of keys contains duplicates');
  lintKeys(keys, schema, report);
}

/** Checks that keys have exactly the attributes of the schema, with values that keys can have. */
export function lintKeys(keys: readonly unknown[], schema: LintKey | undefined, report: Report): void {
  const attributes = schema && [...schema.partition, ...schema.sort];
  const sort = new Set(schema?.sort.map(({ name }) => name));
  for (const key of keys) {
    const members = Object.entries(readObject(key));
    if (members.length === 0) report(PAGES.key, 'the key has no attributes');
    for (const [name, value] of members) lintKeyValue({ name, value, isSort: sort.has(name) }, report);
    if (attributes === undefined) continue;
    const isComplete =
      members.length === attributes.length &&
      attributes.every(({ name, type }) => type in readObject(readObject(key)[name]));
    if (!isComplete) {
      const expected = attributes.map(({ name, type }) => `${name} (${type})`).join(' and ');
      report(
        PAGES.key,
        `the key does not match the schema: expected ${expected}, found ${members.map(([name]) => name).join(', ') || 'no attributes'}`,
      );
    }
  }
}

function lintKeyValue(
  { name, value, isSort }: { readonly name: string; readonly value: unknown; readonly isSort: boolean },
  report: Report,
): void {
  if (!isKeyValue(value)) {
    report(PAGES.key, `the key attribute ${name} must be of type S, N or B`);
    return;
  }
  if ('N' in value) {
    checkLimit(LIMITS.numberDigits, significantDigits(value.N), name, report);
    return;
  }
  const bytes = keyValueBytes(value);
  if (bytes === 0) report(PAGES.key, `the key attribute ${name} cannot contain an empty value`);
  checkLimit(isSort ? LIMITS.sortKeyBytes : LIMITS.partitionKeyBytes, bytes, name, report);
}

function resolveName({ name }: KeyTerm, names: Members): string {
  const attribute = names[name];
  return typeof attribute === 'string' ? attribute : name;
}

function areInOrder(low: KeyValue, high: KeyValue): boolean {
  const order = compareKeyValues(low, high);
  return order !== undefined && order <= 0;
}

function isKey(value: unknown): value is Key {
  return Object.values(readObject(value)).every(isKeyValue);
}

function isKeyValue(value: unknown): value is KeyValue {
  const members = Object.entries(readObject(value));
  const [type, content] = members[0] ?? [];
  return (
    members.length === 1 && typeof content === 'string' && (type === 'S' || type === 'N' || type === 'B')
  );
}
