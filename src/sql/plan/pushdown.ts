import type { DocumentPath, Literal, Predicate } from '../../dynamo/expression/predicate.ts';

/** A predicate for DynamoDB that holds wherever an expression is TRUE and, if `exact`, nowhere else. */
export interface Pushdown {
  readonly predicate: Predicate;
  readonly exact: boolean;
}

export function exact(predicate: Predicate): Pushdown {
  return { predicate, exact: true };
}

export function superset(predicate: Predicate): Pushdown {
  return { predicate, exact: false };
}

/** All parts hold. A part that cannot be pushed down is omitted, which makes the result inexact. */
export function joinAnd(parts: readonly (Pushdown | undefined)[]): Pushdown | undefined {
  const known = parts.filter((part) => part !== undefined);
  if (known.length === 0) return undefined;
  const of = flatten('and', known);
  const allExact = known.length === parts.length && known.every((part) => part.exact);
  const [first] = of;
  if (first === undefined || of.some(({ kind }) => kind === 'never')) return exact({ kind: 'never' });
  return { predicate: of.length === 1 ? first : { kind: 'and', of }, exact: allExact };
}

/** Some part holds. Undefined if a part cannot be pushed down. */
export function joinOr(parts: readonly (Pushdown | undefined)[]): Pushdown | undefined {
  const known = parts.filter((part) => part !== undefined);
  if (known.length < parts.length || known.length === 0) return undefined;
  const of = mergeEqualities(flatten('or', known).filter(({ kind }) => kind !== 'never'));
  const allExact = known.every((part) => part.exact);
  const [first] = of;
  if (first === undefined) return exact({ kind: 'never' });
  return { predicate: of.length === 1 ? first : { kind: 'or', of }, exact: allExact };
}

function flatten(kind: 'and' | 'or', parts: readonly Pushdown[]): readonly Predicate[] {
  return parts.flatMap(({ predicate }) => (predicate.kind === kind ? predicate.of : [predicate]));
}

/** Merges equalities on the same path and type into an IN (an OR for booleans) and removes duplicates. */
function mergeEqualities(parts: readonly Predicate[]): readonly Predicate[] {
  const lists = new Map<string, Map<string, Literal>>();
  const result = new Map<string, Predicate>();
  for (const part of parts) {
    if (part.kind !== 'compare' || part.op !== '=') {
      result.set(JSON.stringify(part), part);
      continue;
    }
    const { path, value } = part;
    const identity = JSON.stringify([path, value.type]);
    const values = lists.get(identity) ?? new Map<string, Literal>();
    lists.set(identity, values.set(JSON.stringify(value), value));
    result.set(identity, toEqualityOrList(path, [...values.values()]));
  }
  return [...result.values()];
}

function toEqualityOrList(path: DocumentPath, values: readonly Literal[]): Predicate {
  const [value, second] = values;
  if (value !== undefined && second === undefined) return { kind: 'compare', path, op: '=', value };
  // Emulators do not recognise the type of FALSE in an IN.
  return value?.type === 'BOOL'
    ? { kind: 'or', of: values.map((each) => ({ kind: 'compare', path, op: '=', value: each })) }
    : { kind: 'in', path, values };
}
