import { findInternalType, TYPES } from '../types/types.ts';
import {
  COMPARISON_SIGNATURES,
  EXPLICIT_CASTS,
  FUNCTION_SIGNATURES,
  IMPLICIT_CASTS,
  OPERATOR_SIGNATURES,
} from './postgres-signatures.ts';

/**
 * A type by its internal name, `int8` or `_int8` for an array. `unknown` is that of a literal or a parameter whose type the
 * statement leaves open; undefined where the driver cannot tell.
 */
export type InternalType = string | undefined;

/** The types of the arguments of an operator or a function, and of its result. */
export interface Signature {
  readonly args: readonly string[];
  readonly result: string;
  /** The last argument may repeat. */
  readonly variadic: boolean;
}

const COMPARISONS: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=']);

const comparisons = lazily(() => parseSignatures(COMPARISON_SIGNATURES.trim()));
const operators = lazily(() => parseTable(OPERATOR_SIGNATURES));
const functions = lazily(() => parseTable(FUNCTION_SIGNATURES));
const implicitCasts = lazily(() => new Set(IMPLICIT_CASTS.trim().split(/\s+/)));
const explicitCasts = lazily(() => new Set(EXPLICIT_CASTS.trim().split(/\s+/)));

/** The operator that PostgreSQL takes for operands of these types; the left one of a prefix operator is `-`. */
export function resolveOperator(
  operator: string,
  left: InternalType,
  right: InternalType,
): Signature | undefined {
  const candidates = COMPARISONS.has(operator) ? comparisons() : (operators().get(operator) ?? []);
  // A literal beside a value of a known type has that type, where there is such an operator.
  const [same, open] = left === 'unknown' ? [right, left] : [left, right];
  if (open === 'unknown' && same !== '-') {
    const exact = candidates.find(({ args }) => args.every((arg) => arg === same));
    if (exact !== undefined) return exact;
  }
  return select(candidates, [left, right]);
}

/** The function that PostgreSQL takes for arguments of these types. */
export function resolveFunction(name: string, args: readonly InternalType[]): Signature | undefined {
  const candidates = (functions().get(name) ?? []).flatMap((each) => spread(each, args.length));
  const exact = candidates.find((each) => each.args.every((arg, i) => arg === args[i]));
  return exact ?? select(candidates, args);
}

/** Whether operands of these types fit several operators, of which PostgreSQL prefers none. */
export function isAmbiguousOperator(operator: string, left: InternalType, right: InternalType): boolean {
  const candidates = COMPARISONS.has(operator) ? comparisons() : (operators().get(operator) ?? []);
  return candidates.some((each) => accepts(each, [left, right]));
}

/** Whether arguments of these types fit several functions of a name, of which PostgreSQL prefers none. */
export function isAmbiguousFunction(name: string, args: readonly InternalType[]): boolean {
  return (functions().get(name) ?? [])
    .flatMap((each) => spread(each, args.length))
    .some((each) => accepts(each, args));
}

/** Whether PostgreSQL has a function of this name. */
export function isPostgresFunction(name: string): boolean {
  return functions().has(name);
}

/** Whether a cast converts values of a type to another one. */
export function canCast(from: string, to: string): boolean {
  if (from === to || from === 'unknown' || isString(to) || isString(from)) return true;
  if (from.startsWith('_') && to.startsWith('_')) return canCast(from.slice(1), to.slice(1));
  return implicitCasts().has(`${from}>${to}`) || explicitCasts().has(`${from}>${to}`);
}

/** The first two of the types that have no type in common; undefined if all have one. */
export function findMismatch(types: readonly InternalType[]): readonly [string, string] | undefined {
  const known = types.filter((type): type is string => type !== 'unknown' && type !== undefined);
  for (const [i, type] of known.entries()) {
    const common = commonType(known.slice(0, i));
    if (i > 0 && common !== undefined && commonType([common, type]) === undefined) return [common, type];
  }
  return undefined;
}

/** The type that values of several types become together, as in IN, CASE and UNION; undefined where they have none in common. */
export function commonType(types: readonly InternalType[]): InternalType {
  const known = types.filter((type): type is string => type !== 'unknown' && type !== undefined);
  let common = known[0] ?? 'text';
  for (const type of known) {
    if (type === common) continue;
    if (category(type) !== category(common)) return undefined;
    if (!isPreferred(common) && canConvert(common, type) && !canConvert(type, common)) common = type;
  }
  return types.includes(undefined) ? undefined : common;
}

/** The type that stands for a polymorphic argument, from those of the arguments; undefined where they do not tell. */
export function polymorphicType({ args }: Signature, types: readonly InternalType[]): InternalType {
  const found = args.flatMap((arg, i) => {
    const type = types[i];
    if (type === undefined || type === 'unknown') return [];
    if (isPolymorphicArray(arg)) return type.startsWith('_') ? [type.slice(1)] : [];
    return isPolymorphic(arg) && arg !== 'any' ? [type] : [];
  });
  return found.length === 0 ? undefined : commonType(found);
}

/** A type of a signature where `element` stands for what is polymorphic. */
export function concreteType(type: string, element: InternalType): InternalType {
  if (isPolymorphicArray(type)) return element === undefined ? undefined : `_${element}`;
  if (isPolymorphic(type)) return type === 'any' ? undefined : element;
  return type;
}

/** PostgreSQL's rules of func_select_candidate, one after another. */
function select(candidates: readonly Signature[], types: readonly InternalType[]): Signature | undefined {
  const isOpen = (i: number): boolean => types[i] === 'unknown' || types[i] === undefined;
  let left: readonly Signature[] = candidates.filter((each) => accepts(each, types));
  left = keepBest(left, ({ args }) => count(args, (arg, i) => !isOpen(i) && arg === types[i]));
  left = keepBest(left, ({ args }) =>
    count(args, (arg, i) => !isOpen(i) && (arg === types[i] || isPreferredFor(arg, types[i] ?? ''))),
  );
  if (left.length < 2) return left[0];
  const fitting = left.filter(({ args }) => args.every((arg, i) => !isOpen(i) || fitsOpen(arg, i, left)));
  if (fitting.length === 1) return fitting[0];
  if (fitting.length > 0) left = fitting;
  const known = new Set(types.filter((_, i) => !isOpen(i)));
  const [only] = known;
  if (known.size !== 1 || only === undefined) return undefined;
  const same = left.filter(
    ({ args }) => args.every((arg, i) => !isOpen(i) || canConvert(only, arg)) && agrees(args, only),
  );
  return same.length === 1 ? same[0] : undefined;
}

/** Whether values of these types, where they are known, convert to the arguments. */
function accepts({ args }: Signature, types: readonly InternalType[]): boolean {
  return args.every((arg, i) => {
    const type = types[i];
    return type === 'unknown' || type === undefined || canConvert(type, arg);
  });
}

/** Whether polymorphic arguments mean one type where all values have this one. */
function agrees(args: readonly string[], type: string): boolean {
  return (
    !args.some(isPolymorphicArray) ||
    args.every((arg) => !isPolymorphic(arg) || isPolymorphicArray(arg)) ||
    !type.startsWith('_')
  );
}

/** Whether a signature takes the kind of type that a literal in this place is assumed to have: text if any signature does. */
function fitsOpen(arg: string, at: number, candidates: readonly Signature[]): boolean {
  const args = candidates.map((each) => each.args[at] ?? '');
  const kinds = new Set(args.map(category));
  const kind = kinds.has('S') ? 'S' : kinds.size === 1 ? [...kinds][0] : undefined;
  if (kind === undefined || category(arg) !== kind) return false;
  return isPreferred(arg) || !args.some((each) => category(each) === kind && isPreferred(each));
}

function keepBest(
  candidates: readonly Signature[],
  score: (each: Signature) => number,
): readonly Signature[] {
  const best = Math.max(0, ...candidates.map(score));
  return candidates.filter((each) => score(each) === best);
}

function count(args: readonly string[], test: (arg: string, i: number) => boolean): number {
  return args.filter(test).length;
}

/** `pg_type.typispreferred` */
const PREFERRED: ReadonlySet<string> = new Set([
  'bool',
  'float8',
  'oid',
  'text',
  'timestamptz',
  'interval',
  'varbit',
]);

function isPreferred(type: string): boolean {
  return PREFERRED.has(type);
}

function isPreferredFor(type: string, other: string): boolean {
  return isPreferred(type) && category(type) === category(other);
}

function category(type: string): string {
  if (type.startsWith('_')) return 'A';
  const known = findInternalType(type);
  return known === undefined ? 'P' : TYPES[known].category;
}

function isString(type: string): boolean {
  return category(type) === 'S';
}

function isPolymorphic(type: string): boolean {
  return type.startsWith('any');
}

function isPolymorphicArray(type: string): boolean {
  return type.startsWith('any') && type.endsWith('array') && !type.endsWith('nonarray');
}

function canConvert(from: string, to: string): boolean {
  if (isPolymorphicArray(to)) return from.startsWith('_');
  if (to.endsWith('nonarray')) return !from.startsWith('_');
  return from === to || isPolymorphic(to) || implicitCasts().has(`${from}>${to}`);
}

/** Expands a signature to this number of arguments. Returns none if it does not accept that number. */
function spread(signature: Signature, count: number): readonly Signature[] {
  const { args, variadic } = signature;
  if (!variadic) return args.length === count ? [signature] : [];
  const last = args.at(-1) ?? 'any';
  const element = last.startsWith('_') ? last.slice(1) : last;
  if (count < args.length) return [];
  return [{ ...signature, args: Array.from({ length: count }, (_, i) => args.slice(0, -1)[i] ?? element) }];
}

function parseTable(text: string): ReadonlyMap<string, readonly Signature[]> {
  return new Map(
    text
      .trim()
      .split(/\n {2}(?! )/)
      .map((entry) => {
        const [name = ''] = entry.split(' ', 1);
        return [name, parseSignatures(entry.slice(name.length).trim())] as const;
      }),
  );
}

function parseSignatures(text: string): readonly Signature[] {
  return text.split(/\s+/).map((each) => {
    const variadic = each.startsWith('*');
    const [args = '', result = ''] = each.slice(variadic ? 1 : 0).split(/(?<=^|[^-])>/);
    return { args: args === '' ? [] : args.split(','), result, variadic };
  });
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
