import { type Options, PROPERTIES } from '../connstring/properties.ts';
import { maskEmbeddedSecrets } from '../connstring/mask-secrets.ts';
import { Secret } from '../core/secret.ts';
import { PACKAGE_VERSION } from '../core/version.ts';
import type { PropertySpec } from '../connstring/property-spec.ts';
import type { PropertyFact, SessionFacts } from '../sql/system/system-table.ts';

const MASK = '***';

/** What system tables show of a session with these properties. */
export function createSessionFacts(options: Options, source: string): SessionFacts {
  return {
    properties: Object.entries<PropertySpec>(PROPERTIES).map(([name, spec]) =>
      toPropertyFact(name, spec, options),
    ),
    version: PACKAGE_VERSION,
    source,
    browsableSchemas: options.browsableSchemas,
  };
}

function toPropertyFact(name: string, spec: PropertySpec, options: Options): PropertyFact {
  const value = new Map<string, unknown>(Object.entries(options)).get(name);
  return {
    name: spec.key,
    doc: spec.doc,
    type: spec.type.label,
    category: spec.group,
    default: spec.default === undefined ? undefined : formatPropertyValue(spec.default),
    value: value === undefined ? undefined : isHidden(spec, value) ? MASK : formatPropertyValue(value),
    isSecret: spec.type.secret === true,
  };
}

/** A property with nested properties may contain secrets. */
function isHidden({ type }: PropertySpec, value: unknown): boolean {
  return (
    type.secret === true || type.nested !== undefined || type.spreads === true || value instanceof Secret
  );
}

function formatPropertyValue(value: unknown): string {
  if (Array.isArray(value)) return value.map(formatPropertyValue).join(',');
  return typeof value === 'object' && value !== null ? MASK : maskEmbeddedSecrets(String(value));
}
