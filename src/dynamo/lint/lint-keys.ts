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

/** The condition of a Query: its shape, its values, and that the filter leaves the key alone. */
export function lintKeyCondition(input: Members, schema: LintSchema | undefined, report: Report): void {
  const { KeyConditionExpression: text } = input;
  const names = readObject(input['ExpressionAttributeNames']);
  const values = readObject(input['ExpressionAttributeValues']);
  const terms = typeof text === 'string' ? parseKeyCondition(text) : undefined;
  if (terms === undefined) {
    report(PAGES.keyCondition, 'the key condition is none that Query takes');
    return;
  }
  const key = (schema?.index ?? schema)?.key;
  const sort = new Set(key?.sort.map(({ name }) => name));
  for (const term of terms) {
    const [low, high] = term.values.map((value) => values[value]).filter(isKeyValue);
    if (low !== undefined && high !== undefined && !inOrder(low, high)) {
      report(
        PAGES.keyCondition,
        `the bounds of BETWEEN on ${resolveName(term, names)} are the wrong way round`,
      );
    }
    for (const value of term.values.map((value) => values[value])) {
      const name = resolveName(term, names);
      lintKeyValue({ name, value, isSort: sort.has(name) }, report);
    }
  }
  if (!terms.some(({ op }) => op === '=')) {
    report(PAGES.keyCondition, 'the key condition names no partition key value');
  }
  if (key !== undefined) {
    lintKeyShape(terms, key, { names, values }, report);
    lintFilterNames(input['FilterExpression'], key, names, report);
  }
}

/** Every partition attribute by equality, then sort attributes from the left, of which only the last has a range. */
function lintKeyShape(
  terms: readonly KeyTerm[],
  key: LintKey,
  { names, values }: { readonly names: Members; readonly values: Members },
  report: Report,
): void {
  const byName = new Map(terms.map((term) => [resolveName(term, names), term]));
  if (byName.size < terms.length) report(PAGES.keyCondition, 'a key attribute has two conditions');
  for (const { name } of key.partition) {
    if (byName.get(name)?.op !== '=')
      report(PAGES.keyCondition, `the partition key attribute ${name} has no equality`);
  }
  let open = true;
  for (const { name } of key.sort) {
    const term = byName.get(name);
    if (term !== undefined && !open) {
      report(PAGES.keyCondition, `the sort key attribute ${name} follows one without an equality`);
    }
    open = open && term?.op === '=';
  }
  const attributes = new Map([...key.partition, ...key.sort].map((attribute) => [attribute.name, attribute]));
  for (const [name, term] of byName) {
    const attribute = attributes.get(name);
    if (attribute === undefined) {
      report(PAGES.keyCondition, `${name} is no key attribute`);
      continue;
    }
    for (const value of term.values.map((value) => values[value])) {
      if (!(attribute.type in readObject(value))) {
        report(PAGES.keyCondition, `the key attribute ${name} is of type ${attribute.type}`);
      }
    }
  }
}

function lintFilterNames(filter: unknown, key: LintKey, names: Members, report: Report): void {
  if (typeof filter !== 'string') return;
  const keys = new Set<unknown>([...key.partition, ...key.sort].map(({ name }) => name));
  const all = tokenizeExpression(filter);
  const inFilter = new Set(
    all.filter((token, at) => token.startsWith('#') && all[at - 1] !== '.').map((t) => names[t]),
  );
  for (const name of inFilter) {
    if (keys.has(name))
      report(PAGES.filter, `the filter of a Query may not name the key attribute ${String(name)}`);
  }
}

/** The keys of a BatchGetItem. */
export function lintBatch(keys: readonly unknown[], schema: LintKey | undefined, report: Report): void {
  checkLimit(LIMITS.batchGetKeys, keys.length, 'BatchGetItem', report);
  if (keys.length === 0) report(LIMITS.batchGetKeys.source, 'BatchGetItem needs a key');
  const identities = new Set(keys.filter(isKey).map(keyIdentity));
  if (identities.size < keys.length) report(LIMITS.batchGetKeys.source, 'BatchGetItem names a key twice');
  lintKeys(keys, schema, report);
}

/** Whole keys: every attribute of the schema, no other, and values that may stand in a key. */
export function lintKeys(keys: readonly unknown[], schema: LintKey | undefined, report: Report): void {
  const attributes = schema && [...schema.partition, ...schema.sort];
  const sort = new Set(schema?.sort.map(({ name }) => name));
  for (const key of keys) {
    const members = Object.entries(readObject(key));
    if (members.length === 0) report(PAGES.key, 'the key is empty');
    for (const [name, value] of members) lintKeyValue({ name, value, isSort: sort.has(name) }, report);
    if (attributes === undefined) continue;
    const whole =
      members.length === attributes.length &&
      attributes.every(({ name, type }) => type in readObject(readObject(key)[name]));
    if (!whole) {
      const expected = attributes.map(({ name, type }) => `${name} (${type})`).join(' and ');
      report(
        PAGES.key,
        `the key has ${members.map(([name]) => name).join(', ') || 'nothing'} and needs ${expected}`,
      );
    }
  }
}

function lintKeyValue(
  { name, value, isSort }: { readonly name: string; readonly value: unknown; readonly isSort: boolean },
  report: Report,
): void {
  if (!isKeyValue(value)) {
    report(PAGES.key, `the value of the key attribute ${name} is neither text, number nor binary`);
    return;
  }
  if ('N' in value) {
    checkLimit(LIMITS.numberDigits, significantDigits(value.N), name, report);
    return;
  }
  const bytes = keyValueBytes(value);
  if (bytes === 0) report(PAGES.key, `the key attribute ${name} has an empty value`);
  checkLimit(isSort ? LIMITS.sortKeyBytes : LIMITS.partitionKeyBytes, bytes, name, report);
}

function resolveName({ name }: KeyTerm, names: Members): string {
  const text = names[name];
  return typeof text === 'string' ? text : name;
}

function inOrder(low: KeyValue, high: KeyValue): boolean {
  const order = compareKeyValues(low, high);
  return order !== undefined && order <= 0;
}

function isKey(value: unknown): value is Key {
  return Object.values(readObject(value)).every(isKeyValue);
}

function isKeyValue(value: unknown): value is KeyValue {
  const members = Object.entries(readObject(value));
  const [type, text] = members[0] ?? [];
  return members.length === 1 && typeof text === 'string' && (type === 'S' || type === 'N' || type === 'B');
}
