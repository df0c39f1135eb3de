/** The size of an expression by the measures of DynamoDB's limits. */
export interface ExpressionSize {
  readonly bytes: number;
  readonly operators: number;
  /** The maximum nesting of parentheses. */
  readonly depth: number;
  /** The length of the longest IN list. */
  readonly inOperands: number;
}

const TOKEN = /[#:][A-Za-z0-9_]+|[A-Za-z_][A-Za-z0-9_]*|\d+|<>|<=|>=|[=<>(),.[\]]/g;
const OPERATORS = new Set(['=', '<>', '<', '<=', '>', '>=', 'AND', 'OR', 'NOT', 'BETWEEN', 'IN']);
const FUNCTIONS = new Set([
  'attribute_exists',
  'attribute_not_exists',
  'attribute_type',
  'begins_with',
  'contains',
  'size',
]);

/** Splits an expression into placeholders, keywords, function names, numbers, operators and punctuation. */
export function tokenizeExpression(text: string): readonly string[] {
  return text.match(TOKEN) ?? [];
}

/** Measures an expression. */
export function measureExpression(text: string): ExpressionSize {
  let operators = 0;
  let depth = 0;
  let maxDepth = 0;
  let between = 0;
  let operands = 0;
  let maxOperands = 0;
  let listDepth = 0;
  let last = '';
  for (const token of tokenizeExpression(text)) {
    if (token === '(') {
      depth += 1;
      maxDepth = Math.max(maxDepth, depth);
      if (last === 'IN') [listDepth, operands] = [depth, 1];
    } else if (token === ')') {
      if (depth === listDepth) [listDepth, maxOperands] = [0, Math.max(maxOperands, operands)];
      depth -= 1;
    } else if (token === ',') {
      if (depth === listDepth) operands += 1;
    } else if (token === 'AND' && between > 0) {
      between -= 1;
    } else if (OPERATORS.has(token) || FUNCTIONS.has(token)) {
      operators += 1;
      if (token === 'BETWEEN') between += 1;
    }
    last = token;
  }
  return { bytes: Buffer.byteLength(text), operators, depth: maxDepth, inOperands: maxOperands };
}
