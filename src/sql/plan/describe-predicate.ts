import type { Literal, Predicate } from '../../dynamo/expression/predicate.ts';

/** A predicate as a person would write it. */
export function describePredicate(predicate: Predicate): string {
  switch (predicate.kind) {
    case 'compare':
      return `${pathText(predicate.path)} ${predicate.op} ${literalText(predicate.value)}`;
    case 'in':
      return `${pathText(predicate.path)} IN (${predicate.values.map((value) => literalText(value)).join(', ')})`;
    case 'beginsWith':
      return `${pathText(predicate.path)} ${predicate.negated ? 'NOT ' : ''}LIKE ${literalText({ ...predicate.prefix }, '', '%')}`;
    case 'contains':
      return `${pathText(predicate.path)} ${predicate.negated ? 'NOT ' : ''}LIKE ${literalText({ ...predicate.part }, '%', '%')}`;
    case 'isNull':
      return `${pathText(predicate.path)} IS NULL`;
    case 'isNotNull':
      return `${pathText(predicate.path)} IS NOT NULL`;
    case 'hasType':
      return `${pathText(predicate.path)} is of type ${predicate.type}`;
    case 'otherType':
      return `${pathText(predicate.path)} is of another type than ${predicate.type}`;
    case 'hasMember':
      return `${literalText(predicate.value)} = ANY (${pathText(predicate.path)})`;
    case 'size':
      return `size(${pathText(predicate.path)}) ${predicate.op} ${predicate.count}`;
    case 'and':
    case 'or':
      return `(${predicate.of.map(describePredicate).join(predicate.kind === 'and' ? ' AND ' : ' OR ')})`;
    case 'never':
      return 'FALSE';
  }
}

function pathText(path: readonly (string | number)[]): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i > 0 ? '.' : ''}${step}`))
    .join('');
}

function literalText(literal: Literal, before = '', after = ''): string {
  switch (literal.type) {
    case 'BOOL':
      return literal.value ? 'TRUE' : 'FALSE';
    case 'N':
      return literal.text;
    case 'S':
      return `'${before}${literal.text.replaceAll("'", "''")}${after}'`;
    case 'B':
      return `base64 '${literal.text}'`;
  }
}
