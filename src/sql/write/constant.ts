import type { Node } from 'libpg-query';
import { matchCall } from '../dialect/build.ts';
import { DriverError } from '../../core/errors.ts';
import type { AttributeValue } from '../../dynamo/attribute-value.ts';
import { literalToAttribute, type ParameterLiteral } from '../parse/parameter-value.ts';
import { getStringValue } from '../parse/tree.ts';
import { toAttribute } from './to-attribute.ts';
import { parseTimeInput } from '../types/time-input.ts';
import { parseDynamoJson } from './json-attribute.ts';
import type { StoredInput } from './stored-input.ts';

/**
 * The value of a constant expression; undefined where the engine has to evaluate it. Constants bypass the engine so that
 * a number keeps every digit as written.
 */
export function evaluateConstant(
  node: Node,
  parameters: readonly ParameterLiteral[],
): StoredInput | undefined {
  if ('SetToDefault' in node) return { kind: 'missing' };
  if ('ParamRef' in node) {
    const literal = parameters[(node.ParamRef.number ?? 0) - 1];
    return literal && parameterToInput(literal);
  }
  if ('A_Const' in node) return literalToInput(node.A_Const);
  if ('A_ArrayExpr' in node) {
    const items = (node.A_ArrayExpr.elements ?? []).map((element) => evaluateConstant(element, parameters));
    return items.every((item) => item !== undefined) ? { kind: 'array', items } : undefined;
  }
  if ('TypeCast' in node) {
    const { arg, typeName } = node.TypeCast;
    const inner = arg && evaluateConstant(arg, parameters);
    const bounded = (typeName?.typmods ?? []).length > 0 || (typeName?.arrayBounds ?? []).length > 0;
    return inner && !bounded ? applyCast(inner, getStringValue(typeName?.names?.at(-1)) ?? '') : undefined;
  }
  if (
    'A_Expr' in node &&
    node.A_Expr.lexpr === undefined &&
    getStringValue(node.A_Expr.name?.at(-1)) === '-'
  ) {
    const inner = node.A_Expr.rexpr && evaluateConstant(node.A_Expr.rexpr, parameters);
    return inner?.kind === 'number' ? { kind: 'number', text: negate(inner.text) } : undefined;
  }
  return evaluateConstructor(node, parameters);
}

/** The value of a parameter; a string is untyped, like a bare literal. */
function parameterToInput(literal: ParameterLiteral): StoredInput {
  switch (literal.kind) {
    case 'text':
      return { kind: 'text', text: literal.text, untyped: true };
    case 'timestamp':
      return { kind: 'text', text: literal.text, micros: parseTimeInput(literal.text, 'timestamptz') };
    case 'array':
      return literal.set === true
        ? { kind: 'attribute', value: literalToAttribute(literal) }
        : { kind: 'array', items: literal.items.map(parameterToInput) };
    case 'document':
      return { kind: 'attribute', value: literal.value };
    case 'null':
    case 'boolean':
    case 'number':
    case 'bytes':
      return literal;
  }
}

/** Whether a value of a select list is a string without a type, which takes the type of the column it is inserted into. */
export function isUntypedText(node: Node | undefined, parameters: readonly ParameterLiteral[]): boolean {
  if (node === undefined || !('ParamRef' in node || 'A_Const' in node)) return false;
  const value = evaluateConstant(node, parameters);
  return value?.kind === 'text' && value.untyped === true;
}

type Constant = Extract<Node, { A_Const: unknown }>['A_Const'];

function literalToInput({ isnull, sval, ival, fval, boolval }: Constant): StoredInput | undefined {
  if (isnull === true) return { kind: 'null' };
  if (sval !== undefined) return { kind: 'text', text: sval.sval ?? '', untyped: true };
  if (ival !== undefined) return { kind: 'number', text: String(ival.ival ?? 0) };
  if (fval !== undefined) return { kind: 'number', text: fval.fval ?? '0' };
  if (boolval !== undefined) return { kind: 'boolean', value: boolval.boolval ?? false };
  return undefined;
}

function applyCast(value: StoredInput, type: string): StoredInput | undefined {
  switch (type) {
    case 'text':
    case 'varchar':
      return value.kind === 'text' ? { kind: 'text', text: value.text } : undefined;
    case 'json':
    case 'jsonb':
      if (value.kind === 'attribute' || value.kind === 'array') return value;
      return value.kind === 'text' ? { kind: 'json', text: value.text } : undefined;
    case 'numeric':
      if (value.kind === 'text' && /^[+-]?\d+(?:\.\d+)?$/.test(value.text))
        return { kind: 'number', text: value.text };
      return value.kind === 'number' ? value : undefined;
    case 'bytea':
      return value.kind === 'bytes' ? value : undefined;
    default:
      return undefined;
  }
}

const SETS: ReadonlyMap<string, 'SS' | 'NS' | 'BS'> = new Map([
  ['string_set', 'SS'],
  ['number_set', 'NS'],
  ['binary_set', 'BS'],
]);

/** The value of one of DynamoDB's constructors: `string_set('a', 'b')`, `dynamodb_json('{"NS":["1"]}')`. */
function evaluateConstructor(node: Node, parameters: readonly ParameterLiteral[]): StoredInput | undefined {
  const { name = '', args = [] } = matchCall(node) ?? {};
  const set = SETS.get(name);
  if (set === undefined && name !== 'dynamodb_json') return undefined;
  const values = args.map((arg) => evaluateConstant(arg, parameters));
  if (!values.every((value) => value !== undefined))
    throw new DriverError('SQL_NOT_SUPPORTED', `${name} accepts only constants and parameters`);
  if (set !== undefined) return { kind: 'attribute', value: buildSet(set, name, values) };
  const [document, second] = values;
  if (document?.kind !== 'text' || second !== undefined)
    throw new DriverError(
      'SQL_BAD_VALUE',
      "dynamodb_json takes one string: a value in DynamoDB's JSON format",
    );
  return { kind: 'attribute', value: parseDynamoJson(document.text) };
}

function buildSet(type: 'SS' | 'NS' | 'BS', name: string, values: readonly StoredInput[]): AttributeValue {
  const members = values.flatMap((value) => (value.kind === 'array' ? value.items : [value]));
  if (members.length === 0)
    throw new DriverError('SQL_BAD_VALUE', `${name}() without members: DynamoDB does not store empty sets`, {
      remedy: 'Write DEFAULT to leave the attribute out.',
    });
  const member = type.charAt(0);
  const label = `${name} member`;
  const strings = members.map((value) => {
    const seen = member === 'S' ? {} : { [member]: 1 };
    const stored = Object.entries(toAttribute(value, { label, key: undefined, seen }) ?? {})[0];
    const text: unknown = stored?.[1];
    if (stored?.[0] !== member || typeof text !== 'string')
      throw new DriverError(
        'SQL_BAD_VALUE',
        `a member of ${name} is of type ${stored?.[0] ?? 'none'}, not ${member}`,
      );
    return text;
  });
  const distinct = [...new Set(strings)];
  switch (type) {
    case 'SS':
      return { SS: distinct };
    case 'NS':
      return { NS: distinct };
    case 'BS':
      return { BS: distinct };
  }
}

function negate(digits: string): string {
  return digits.startsWith('-') ? digits.slice(1) : `-${digits}`;
}
