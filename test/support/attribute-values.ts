import fc from 'fast-check';
import type { AttributeMap } from '../../src/dynamo/attribute-value.ts';
import { attributeValue } from '../catalog/items.ts';

/** Generates items with some of these attributes, each of any type. */
export function itemsWith(names: readonly string[]): fc.Arbitrary<AttributeMap> {
  return fc
    .subarray([...names])
    .chain((some) => fc.tuple(...some.map((name) => fc.tuple(fc.constant(name), attributeValue))))
    .map((entries) => Object.fromEntries(entries));
}
