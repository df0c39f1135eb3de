import { keyAttributes } from '../../../catalog/table-def.ts';
import type { DocumentPath, Literal, Predicate } from '../../../dynamo/expression/predicate.ts';
import { isSamePath, literalHolds } from '../implies.ts';
import type { AccessRule, TableRead } from '../table-read.ts';

/**
 * Conditions that no item can meet together need no request: a key that is NULL, lists without a common value, a value
 * out of its range. What a single constant contradicts DuckDB has found before.
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
    case 'hasType':
    case 'otherType':
    case 'hasMember':
    case 'size':
    case 'and':
    case 'or':
      return false;
  }
}

/** What the path is held to; nothing where it is not. */
function listEqualValues(predicate: Predicate): readonly Literal[] {
  if (predicate.kind === 'in') return predicate.values;
  return predicate.kind === 'compare' && predicate.op === '=' ? [predicate.value] : [];
}

/** Whether the predicate is about the path, and needs a value there. */
function requiresValueAt(predicate: Predicate, path: DocumentPath): boolean {
  return 'path' in predicate && predicate.kind !== 'isNull' && isSamePath(predicate.path, path);
}
