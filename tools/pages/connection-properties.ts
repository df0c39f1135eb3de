import { IGNORED_KEYS } from '../../src/connstring/ignored.ts';
import { PROPERTIES } from '../../src/connstring/properties.ts';
import type { PropertySpec } from '../../src/connstring/property-spec.ts';
import { SSO_PROPERTIES } from '../../src/connstring/sso-properties.ts';
import { type Page, formatCode, formatTable } from './page.ts';

/** All properties, with one table per group. */
export const connectionProperties: Page = {
  file: 'connection-properties.md',
  async body() {
    const specs: readonly PropertySpec[] = Object.values(PROPERTIES);
    const groups = [...new Set(specs.map((spec) => spec.group))];
    return [
      '# Connection properties',
      'Keys ignore case and blanks. [Connection strings](../guide/connection-strings.md) tells how to write them.',
      ...groups.map(
        (group) => `## ${group}\n\n${formatProperties(specs.filter((spec) => spec.group === group))}`,
      ),
      `## Inside SSOProperties\n\n${formatProperties(Object.values(SSO_PROPERTIES))}`,
      `## Accepted and ignored\n\nOther drivers of this family know these keys. Here they have no meaning: ${formatIgnored()}.`,
    ].join('\n\n');
  },
};

function formatProperties(specs: readonly PropertySpec[]): string {
  return formatTable(
    ['Property', 'Takes', 'Default', 'Environment', 'Meaning'],
    specs.map((spec) => [
      [spec.key, ...(spec.aliases ?? [])].map(formatCode).join(', '),
      spec.type.label,
      formatDefault(spec),
      (spec.env ?? []).map(formatCode).join(', '),
      spec.doc,
    ]),
  );
}

function formatDefault({ default: value }: PropertySpec): string {
  if (value === undefined) return '';
  return formatCode(typeof value === 'string' ? value : JSON.stringify(value));
}

function formatIgnored(): string {
  return IGNORED_KEYS.map(
    ({ key, instead }) => formatCode(key) + (instead === undefined ? '' : ` (use ${formatCode(instead)})`),
  ).join(', ');
}
