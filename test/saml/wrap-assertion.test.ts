import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PROTOCOL } from '../../src/saml/saml-names.ts';
import { wrapAssertion } from '../../src/saml/response.ts';
import { readXml, type XmlElement } from '../../src/saml/xml.ts';
import { ROLE } from '../support/saml.ts';
import { declarations, isSignatureGood, signed, tokenXml } from '../support/tokens.ts';

/** The assertion of a document, wrapped by itself. */
function wrapped(text: string): string {
  const document = readXml(text);
  const assertion = assertionIn(document.root);
  if (assertion === undefined) throw new Error('no assertion');
  return wrapAssertion(document, assertion, new Date(0));
}

function assertionIn(element: XmlElement): XmlElement | undefined {
  if (element.localName === 'Assertion') return element;
  return element.children.map(assertionIn).find((found) => found !== undefined);
}

const prefixes = fc.constantFrom('', 'saml', 'saml2', 'a', 'samlp', 'ns.1', 'ä');
/** Names of people in many scripts, as XML writes them. */
const names = fc
  .string({
    unit: fc.constantFrom(...Array.from('anaZoëÅß学Жע \u00A0\u200D😀'), '&amp;', '&lt;', '&#38;', '&#x5b66;'),
    maxLength: 20,
  })
  .map((name) => `x${name}`);
/** What stands around the token, or declares more than it uses. */
const outer = fc.record({
  more: fc.constantFrom(
    '',
    ' xmlns:ds="http://www.w3.org/2000/09/xmldsig#"',
    ' xmlns:z="urn:&amp;amp;&quot;"',
    ' xmlns:é="urn:é"',
  ),
  isDefault: fc.boolean(),
  blanks: fc.constantFrom('', '\n  ', '\t'),
});

describe('a wrapped assertion', () => {
  it('keeps its signature valid, for any namespace declarations and names', () => {
    fc.assert(
      fc.property(
        prefixes,
        names,
        fc.boolean(),
        outer,
        (prefix, nameId, declares, { more, isDefault, blanks }) => {
          // A default namespace of the envelope would be the assertion's own where that has no prefix.
          const plain = isDefault && prefix !== '' ? ' xmlns="urn:envelope"' : '';
          const around = (declares ? '' : declarations(prefix)) + more + plain;
          const token = tokenXml({ prefix, declares, nameId });
          const document = signed(
            `<e:Envelope xmlns:e="urn:e"${around}>${blanks}<e:Body>${blanks}${token}</e:Body></e:Envelope>`,
          );
          expect(isSignatureGood(document)).toBe(true);
          const response = wrapped(document);
          expect(isSignatureGood(response)).toBe(true);
          expect(isSignatureGood(response.replace(ROLE, () => `${ROLE}2`))).toBe(false);
          const { root } = readXml(response);
          expect([root.namespace, root.localName, root.children.map(({ localName }) => localName)]).toEqual([
            PROTOCOL,
            'Response',
            ['Status', 'Assertion'],
          ]);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('keeps its own namespace declarations if the envelope declares others', () => {
    const token = tokenXml({ prefix: 'p' });
    const response = wrapped(signed(`<p:E xmlns:p="urn:other" xmlns:xs="urn:other">${token}</p:E>`));
    expect(isSignatureGood(response)).toBe(true);
    expect(response.match(/xmlns:p=/g)).toHaveLength(1);
  });

  it('without outer declarations is wrapped unmodified', () => {
    const token = signed(tokenXml({ nameId: 'Zoë\u00A0Ångström' }));
    expect(wrapped(token)).toContain(token);
    expect(isSignatureGood(wrapped(token))).toBe(true);
  });

  it('keeps line breaks, quotes and references unmodified', () => {
    const token = tokenXml().replace('ID="_a1"', "\n ID='_a1'").replace('>ana<', '>&#97;na\n<');
    const document = signed(`<e xmlns="urn:e">${token}</e>`);
    const [from] = /<saml:Issuer[\s\S]*<\/saml:Assertion>/.exec(document) ?? [];
    expect(wrapped(document)).toContain(from);
    expect(isSignatureGood(wrapped(document))).toBe(true);
  });
});
