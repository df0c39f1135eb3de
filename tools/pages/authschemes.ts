import { AUTH_SCHEMES } from '../../src/authschemes/registry.ts';
import { AUTH_SCHEME_NAMES, PROPERTIES, type PropertyName } from '../../src/connstring/properties.ts';
import { type Page, code, table } from './page.ts';

/** Every way to sign in, with the properties it reads. */
export const authschemes: Page = {
  file: 'authschemes.md',
  async body() {
    const names = new Set(AUTH_SCHEMES.map((scheme) => scheme.name));
    const later = AUTH_SCHEME_NAMES.filter((name) => !names.has(name));
    const rows = AUTH_SCHEMES.map((scheme) => [
      code(scheme.name),
      keys(scheme.requires),
      keys(scheme.uses),
      scheme.doc,
    ]);
    return [
      '# AuthSchemes',
      table(['AuthScheme', 'Needs', 'Also looks at', 'Meaning'], rows),
      ...(later.length === 0
        ? []
        : [`Known by name, but not in this version: ${later.map(code).join(', ')}.`]),
    ].join('\n\n');
  },
};

function keys(names: readonly PropertyName[]): string {
  return names.map((name) => code(PROPERTIES[name].key)).join(', ');
}
