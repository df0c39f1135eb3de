import type { DocumentPath, Literal, Predicate } from '../../dynamo/expression/predicate.ts';

/** What DynamoDB can be asked for an expression: it holds wherever the expression is TRUE; if `exact`, nowhere else. */
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

/** All parts hold. What is not known of one of them the others still narrow. */
export function allOf(parts: readonly (Pushdown | undefined)[]): Pushdown | undefined {
  const known = parts.filter((part) => part !== undefined);
  if (known.length === 0) return undefined;
  const of = flatten('and', known);
  const allExact = known.length === parts.length && known.every((part) => part.exact);
  const [first] = of;
  if (first === undefined || of.some(({ kind }) => kind === 'never')) return exact({ kind: 'never' });
  return { predicate: of.length === 1 ? first : { kind: 'and', of }, exact: allExact };
}

/** Some part holds. */
export function anyOf(parts: readonly (Pushdown | undefined)[]): Pushdown | undefined {
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

/** Several equalities of one path and type become an IN, of booleans an OR; what is said twice is said once. */
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
  // Emulators find FALSE to be of no type.
  return value?.type === 'BOOL'
    ? { kind: 'or', of: values.map((each) => ({ kind: 'compare', path, op: '=', value: each })) }
    : { kind: 'in', path, values };
}
