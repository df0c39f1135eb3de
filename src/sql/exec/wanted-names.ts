import type { Literal, Predicate } from '../../dynamo/expression/predicate.ts';
import type { Condition } from '../plan/table-read.ts';
import type { NameFilter } from '../system/system-table.ts';

/** The names that conditions, all of which must hold, allow in a column. DuckDB applies the conditions again. */
export function collectWantedNames(conditions: readonly Condition[], column: string | undefined): NameFilter {
  const predicates = conditions.flatMap(({ predicate }) => predicate ?? []);
  const lists = predicates.flatMap((predicate) => {
    const list = column === undefined ? undefined : listNames(predicate, column);
    return list === undefined ? [] : [list];
  });
  const [first, ...others] = lists;
  return {
    exact: first && [...new Set(first)].filter((name) => others.every((list) => list.includes(name))),
    admits: (name) => column === undefined || predicates.every((each) => admits(each, column, name)),
  };
}

function listNames(predicate: Predicate, column: string): readonly string[] | undefined {
  if (predicate.kind === 'compare' && predicate.op === '=' && isAbout(predicate, column))
    return toStrings([predicate.value]);
  return predicate.kind === 'in' && isAbout(predicate, column) ? toStrings(predicate.values) : undefined;
}

function admits(predicate: Predicate, column: string, name: string): boolean {
  const list = listNames(predicate, column);
  if (list !== undefined) return list.includes(name);
  if (predicate.kind === 'never') return false;
  if (predicate.kind === 'or') return predicate.of.some((each) => admits(each, column, name));
  if (predicate.kind === 'and') return predicate.of.every((each) => admits(each, column, name));
  if (predicate.kind !== 'beginsWith' || !isAbout(predicate, column)) return true;
  const [prefix = ''] = toStrings([predicate.prefix]);
  return name.startsWith(prefix) !== (predicate.negated === true);
}

function isAbout({ path }: { readonly path: readonly (string | number)[] }, column: string): boolean {
  return path.length === 1 && path[0] === column;
}

function toStrings(literals: readonly Literal[]): readonly string[] {
  return literals.flatMap((literal) => (literal.type === 'S' || literal.type === 'N' ? [literal.text] : []));
}
