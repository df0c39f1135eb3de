import { describe, expect, it } from '@jest/globals';
import { redactNothing } from '../../../src/net/redactor.ts';
import type { SessionResponse } from '../../../src/net/http-session.ts';
import { adfsTrust } from '../../../src/saml/adfs/trust-peer.ts';
import { readToken } from '../../../src/saml/ws-trust/request-token.ts';
import { ROLE } from '../../support/saml.ts';
import { declarations, isSignatureGood, signed, tokenXml, trustResponse } from '../../support/tokens.ts';

function answered(text: string): SessionResponse {
  return {
    url: new URL('https://adfs.corp.test/adfs/services/trust/13/usernamemixed'),
    status: 200,
    headers: (name) => (name === 'content-type' ? ['application/soap+xml; charset=utf-8'] : []),
    text,
    redact: redactNothing,
  };
}

function wrapped(text: string): string {
  const { encoded } = readToken(answered(text), adfsTrust, Date.UTC(2026, 0, 1));
  return Buffer.from(encoded.reveal(), 'base64').toString();
}

describe('the signature of a token stays valid in the SAML response', () => {
  it.each([
    ['that declares its namespaces itself', { prefix: 'saml', declares: true }],
    ['whose namespaces the envelope declares', { prefix: 'saml', declares: false }],
    ['in the default namespace', { prefix: '', declares: true }],
    ['in the default namespace of the envelope around it', { prefix: '', declares: false }],
    ['with a name that is not ASCII', { prefix: 'saml2', declares: true, nameId: 'Zoë Ångström 学' }],
    [
      'with references in a name',
      { prefix: 'saml2', declares: true, nameId: 'R&amp;D &lt;ana&gt; &#38; co' },
    ],
  ] as const)('one %s', (_, words) => {
    const around = words.declares ? '' : declarations(words.prefix);
    for (const version of ['1.3', '2005'] as const) {
      const document = signed(trustResponse(tokenXml(words), { version, around }));
      expect(isSignatureGood(document)).toBe(true);
      const response = wrapped(document);
      expect(isSignatureGood(response)).toBe(true);
      expect(isSignatureGood(response.replace(ROLE, `${ROLE}2`))).toBe(false);
    }
  });

  it('and the characters of the token are unchanged', () => {
    const document = signed(trustResponse(tokenXml({ nameId: 'Zoë' })));
    const [token = ''] = /<saml:Assertion[\s\S]*<\/saml:Assertion>/.exec(document) ?? [];
    const [, ...rest] = token.split('>');
    expect(wrapped(document)).toContain(rest.join('>'));
  });
});
