import type { Literal, Predicate } from '../../dynamo/expression/predicate.ts';

/** Formats a predicate in SQL notation. */
export function describePredicate(predicate: Predicate): string {
  switch (predicate.kind) {
    case 'compare':
      return `${describePath(predicate.path)} ${predicate.op} ${describeLiteral(predicate.value)}`;
    case 'in':
      return `${describePath(predicate.path)} IN (${predicate.values.map((value) => describeLiteral(value)).join(', ')})`;
    case 'beginsWith':
      return `${describePath(predicate.path)} ${predicate.negated ? 'NOT ' : ''}LIKE ${describeLiteral({ ...predicate.prefix }, '', '%')}`;
    case 'contains':
      return `${describePath(predicate.path)} ${predicate.negated ? 'NOT ' : ''}LIKE ${describeLiteral({ ...predicate.part }, '%', '%')}`;
    case 'isNull':
      return `${describePath(predicate.path)} IS NULL`;
    case 'isNotNull':
      return `${describePath(predicate.path)} IS NOT NULL`;
    case 'attributeExists':
      return `attribute_${predicate.negated ? 'not_' : ''}exists(${describePath(predicate.path)})`;
    case 'hasType':
      return `${describePath(predicate.path)} ${predicate.negated ? 'does not have' : 'has'} type ${predicate.type}`;
    case 'containsValue':
      return `${predicate.negated ? 'NOT ' : ''}contains(${describePath(predicate.path)}, ${describeLiteral(predicate.value)})`;
    case 'otherType':
      return `${describePath(predicate.path)} has a type other than ${predicate.type}`;
    case 'hasMember':
      return `${describeLiteral(predicate.value)} = ANY (${describePath(predicate.path)})`;
    case 'size':
      return `size(${describePath(predicate.path)}) ${predicate.op} ${predicate.count}`;
    case 'and':
    case 'or':
      return `(${predicate.of.map(describePredicate).join(predicate.kind === 'and' ? ' AND ' : ' OR ')})`;
    case 'never':
      return 'FALSE';
  }
}

function describePath(path: readonly (string | number)[]): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i > 0 ? '.' : ''}${step}`))
    .join('');
}

function describeLiteral(literal: Literal, before = '', after = ''): string {
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
