import { DriverError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import { type ConnectionObject, toRawValue, tokenizeConnection } from './entries.ts';
import { findProperty, type PropertyTable } from './property-spec.ts';
import { quoteValue } from './format.ts';
import { findIgnoredKey } from './ignored.ts';
import { PROPERTIES } from './properties.ts';
import { maskEmbeddedSecrets } from './mask-secrets.ts';

const MASK = '***';

/** Formats a connection for display, with secrets and unknown parts masked as `***`. Never throws. */
export function redact(input: string | ConnectionObject): string {
  return redactWith(input, PROPERTIES);
}

function redactWith(input: string | ConnectionObject, table: PropertyTable): string {
  try {
    return toPairs(input, table)
      .map(({ key, value }) => redactPair(key, value, table))
      .join(';');
  } catch (error) {
    if (error instanceof DriverError) return MASK;
    throw error;
  }
}

type Pair = { readonly key: string; readonly value: string | Secret | ConnectionObject };

function toPairs(input: string | ConnectionObject, table: PropertyTable): readonly Pair[] {
  if (typeof input === 'string') return tokenizeConnection(input, table);
  return Object.entries(input).flatMap(([key, raw]): Pair[] => {
    const value = toRawValue(key, raw);
    return value === undefined ? [] : [{ key, value }];
  });
}

function redactPair(key: string, value: Pair['value'], table: PropertyTable): string {
  const found = findProperty(key, table);
  // An unknown key may be the rest of a password.
  if (found === undefined) return `${findIgnoredKey(key) ?? MASK}=${MASK}`;
  const { spec } = found;
  const inner = spec.type.spreads ? table : spec.type.nested;
  if (inner !== undefined) {
    return `${spec.key}=${quoteValue(redactWith(value instanceof Secret ? value.reveal() : value, inner))}`;
  }
  const isPublic = typeof value === 'string' && spec.type.secret === undefined;
  return `${spec.key}=${isPublic ? quoteValue(maskEmbeddedSecrets(value)) : MASK}`;
}
