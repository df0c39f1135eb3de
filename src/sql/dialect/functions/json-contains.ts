import { expandExponent, trimFraction } from '../../types/number-value.ts';
import { type JsonNode, parseJson } from '../../types/json-text.ts';

/**
 * Whether one document contains another, as PostgreSQL's `@>`: an object has all members, an array all elements in any order and
 * number, and scalars are equal. Only at the top level may an array contain a scalar.
 * https://www.postgresql.org/docs/15/datatype-json.html#JSON-CONTAINMENT
 */
export function jsonContains(document: string, part: string): boolean {
  const [outer, inner] = [parseJson(document), parseJson(part)];
  if (isList(outer) && !isList(inner) && !isObject(inner)) return outer.some((each) => contains(each, inner));
  return contains(outer, inner);
}

function contains(outer: JsonNode, inner: JsonNode): boolean {
  if (isObject(inner))
    return (
      isObject(outer) &&
      [...inner].every(([name, value]) => {
        const member = outer.get(name);
        return member !== undefined && contains(member, value);
      })
    );
  if (isList(inner))
    return isList(outer) && inner.every((each) => outer.some((member) => contains(member, each)));
  return isNumber(inner) && isNumber(outer) ? digits(outer) === digits(inner) : outer === inner;
}

function digits({ number }: { readonly number: string }): string {
  return trimFraction(expandExponent(number));
}

function isList(node: JsonNode): node is readonly JsonNode[] {
  return Array.isArray(node);
}

function isObject(node: JsonNode): node is ReadonlyMap<string, JsonNode> {
  return node instanceof Map;
}

function isNumber(node: JsonNode): node is { readonly number: string } {
  return typeof node === 'object' && node !== null && 'number' in node;
}
