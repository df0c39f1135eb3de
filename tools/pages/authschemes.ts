import { loadAllSchemes } from '../../src/authschemes/registry.ts';
import { AUTH_SCHEME_NAMES, PROPERTIES, type PropertyName } from '../../src/connstring/properties.ts';
import type { AuthScheme } from '../../src/credentials/scheme.ts';
import { type Page, formatCode, formatTable } from './page.ts';

/** All AuthSchemes, with their properties and an example of a connection string. */
export const authschemes: Page = {
  file: 'authschemes.md',
  async body() {
    const schemes = await loadAllSchemes();
    const names = new Set(schemes.map((scheme) => scheme.name));
    const later = AUTH_SCHEME_NAMES.filter((name) => !names.has(name));
    return [
      '# AuthSchemes',
      'In the examples, `…` stands for a secret.',
      ...schemes.map(formatScheme),
      ...(later.length === 0
        ? []
        : [`Known by name, but not in this version: ${later.map(formatCode).join(', ')}.`]),
    ].join('\n\n');
  },
};

function formatScheme({ name, doc, example, requires, uses }: AuthScheme): string {
  return [
    `## ${name}`,
    doc,
    ['```text', example, '```'].join('\n'),
    formatTable(['Needs', 'Also looks at'], [[formatKeys(requires), formatKeys(uses)]]),
  ].join('\n\n');
}

function formatKeys(names: readonly PropertyName[]): string {
  return names.map((name) => formatCode(PROPERTIES[name].key)).join(', ');
}
