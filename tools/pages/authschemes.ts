import { loadAllSchemes } from '../../src/authschemes/registry.ts';
import { AUTH_SCHEME_NAMES, PROPERTIES, type PropertyName } from '../../src/connstring/properties.ts';
import type { AuthScheme } from '../../src/credentials/scheme.ts';
import { type Page, code, table } from './page.ts';

/** Every way to sign in, with the properties it reads and a connection string that does it. */
export const authschemes: Page = {
  file: 'authschemes.md',
  async body() {
    const schemes = await loadAllSchemes();
    const names = new Set(schemes.map((scheme) => scheme.name));
    const later = AUTH_SCHEME_NAMES.filter((name) => !names.has(name));
    return [
      '# AuthSchemes',
      'In the examples, `…` stands for a secret.',
      ...schemes.map(section),
      ...(later.length === 0
        ? []
        : [`Known by name, but not in this version: ${later.map(code).join(', ')}.`]),
    ].join('\n\n');
  },
};

function section({ name, doc, example, requires, uses }: AuthScheme): string {
  return [
    `## ${name}`,
    doc,
    ['```text', example, '```'].join('\n'),
    table(['Needs', 'Also looks at'], [[keys(requires), keys(uses)]]),
  ].join('\n\n');
}

function keys(names: readonly PropertyName[]): string {
  return names.map((name) => code(PROPERTIES[name].key)).join(', ');
}
