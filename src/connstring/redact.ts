import { DriverError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import { type ConnectionObject, textOf, tokensOf } from './entries.ts';
import { findProperty } from './find-property.ts';
import { quoted } from './format.ts';
import { ignoredKey } from './ignored.ts';
import { PROPERTIES } from './properties.ts';
import type { PropertyTable } from './property-spec.ts';
import { showable } from './showable.ts';

const MASK = '***';

/** A connection as it may be shown: secrets, and all that is not understood, as `***`. Never throws. */
export function redact(input: string | ConnectionObject): string {
  return redactWith(input, PROPERTIES);
}

function redactWith(input: string | ConnectionObject, table: PropertyTable): string {
  try {
    return pairsOf(input, table)
      .map(({ key, value }) => pair(key, value, table))
      .join(';');
  } catch (error) {
    if (error instanceof DriverError) return MASK;
    throw error;
  }
}

type Pair = { readonly key: string; readonly value: string | Secret | ConnectionObject };

function pairsOf(input: string | ConnectionObject, table: PropertyTable): readonly Pair[] {
  if (typeof input === 'string') return tokensOf(input, table);
  return Object.entries(input).flatMap(([key, given]): Pair[] => {
    const value = textOf(key, given);
    return value === undefined ? [] : [{ key, value }];
  });
}

function pair(key: string, value: Pair['value'], table: PropertyTable): string {
  const found = findProperty(key, table);
  // A key that nobody knows may be the rest of a password.
  if (found === undefined) return `${ignoredKey(key) ?? MASK}=${MASK}`;
  const { spec } = found;
  const inner = spec.type.spreads ? table : spec.type.nested;
  if (inner !== undefined) {
    return `${spec.key}=${quoted(redactWith(value instanceof Secret ? value.reveal() : value, inner))}`;
  }
  const isShown = typeof value === 'string' && spec.type.secret === undefined;
  return `${spec.key}=${isShown ? quoted(showable(value)) : MASK}`;
}
