import { keyAttributes } from '../../../catalog/table-def.ts';
import type { DocumentPath, Literal, Predicate } from '../../../dynamo/expression/predicate.ts';
import { isSamePath, literalHolds } from '../implies.ts';
import type { AccessRule, TableRead } from '../table-read.ts';

/**
 * Contradictory conditions need no request: a key that IS NULL, lists without a common value, a value out of its range.
 * DuckDB has already removed conditions that a single constant contradicts.
 */
export const never: AccessRule = {
  kind: 'access',
  name: 'never',
  propose(read) {
    const asked = read.residual.flatMap(({ predicate, exact }) =>
      exact && predicate ? splitConjunction(predicate) : [],
    );
    if (!asked.some((predicate) => isImpossible(predicate, asked, read))) return [];
    const empty: TableRead = { ...read, access: { kind: 'Empty' }, keyed: read.residual, residual: [] };
    return [{ kind: 'path', read: empty }];
  },
};

function splitConjunction(predicate: Predicate): readonly Predicate[] {
  return predicate.kind === 'and' ? predicate.of.flatMap(splitConjunction) : [predicate];
}

function isImpossible(predicate: Predicate, asked: readonly Predicate[], { table }: TableRead): boolean {
  switch (predicate.kind) {
    case 'never':
      return true;
    case 'isNull': {
      const [name, ...deeper] = predicate.path;
      const isKey = keyAttributes(table.key).some((attribute) => attribute.name === name);
      return (isKey && deeper.length === 0) || asked.some((other) => requiresValueAt(other, predicate.path));
    }
    case 'compare':
    case 'in': {
      const values = listEqualValues(predicate);
      const others = asked.filter((other) => other !== predicate && requiresValueAt(other, predicate.path));
      return (
        values.length > 0 &&
        !values.some((value) => others.every((other) => literalHolds(value, other) !== false))
      );
    }
    case 'beginsWith':
    case 'contains':
    case 'isNotNull':
    case 'attributeExists':
    case 'containsValue':
    case 'hasType':
    case 'otherType':
    case 'hasMember':
    case 'size':
    case 'and':
    case 'or':
      return false;
  }
}

/** The values that a predicate fixes its path to; empty if it does not. */
function listEqualValues(predicate: Predicate): readonly Literal[] {
  if (predicate.kind === 'in') return predicate.values;
  return predicate.kind === 'compare' && predicate.op === '=' ? [predicate.value] : [];
}

/** Whether the predicate is on this path and only holds if there is a value. */
function requiresValueAt(predicate: Predicate, path: DocumentPath): boolean {
  if (!('path' in predicate) || !isSamePath(predicate.path, path)) return false;
  switch (predicate.kind) {
    case 'isNull':
    case 'attributeExists':
      return false;
    case 'hasType':
      return predicate.negated !== true && predicate.type !== 'NULL';
    case 'containsValue':
      return predicate.negated !== true;
    case 'compare':
    case 'in':
    case 'beginsWith':
    case 'contains':
    case 'isNotNull':
    case 'otherType':
    case 'hasMember':
    case 'size':
      return true;
  }
}
