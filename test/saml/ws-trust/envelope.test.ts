import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Secret } from '../../../src/core/secret.ts';
import { readTrustResponse } from '../../../src/saml/ws-trust/trust-response.ts';
import { createTokenRequestEnvelope } from '../../../src/saml/ws-trust/envelope.ts';
import { readXml, type XmlElement } from '../../../src/saml/xml.ts';
import { INVALID_XML_CHARACTER } from '../../../src/saml/xml-guard.ts';
import { soapFault, tokenXml, trustResponse } from '../../support/tokens.ts';

const stamp = { now: Date.UTC(2026, 0, 2, 3, 4, 5, 678), messageId: '5f7ee0a4-55b8-4c1c-9f9f-3f2b0f1d8f11' };

function textsOf(root: XmlElement, name: string): readonly string[] {
  return [
    ...(root.localName === name ? [root.text] : []),
    ...root.children.flatMap((child) => textsOf(child, name)),
  ];
}

describe('a request for a token', () => {
  it('contains any user name, password and partner that XML allows, escaped', () => {
    const text = fc.string({ unit: 'binary' }).filter((value) => !INVALID_XML_CHARACTER.test(value));
    fc.assert(
      fc.property(text, text, text, (name, password, appliesTo) => {
        const request = {
          endpoint: 'https://idp.test/idp/sts.wst?TokenProcessorId=a&b=c',
          version: '1.3',
          appliesTo,
          user: { name, password: new Secret(password) },
        } as const;
        const { root } = readXml(createTokenRequestEnvelope(request, stamp).reveal());
        expect(textsOf(root, 'Username')).toEqual([name]);
        expect(textsOf(root, 'Password')).toEqual([password]);
        expect(textsOf(root, 'To')).toEqual([request.endpoint]);
        expect(textsOf(root, 'Address').at(-1)).toBe(appliesTo);
      }),
    );
  });

  it('is valid for five minutes', () => {
    const user = { name: 'ana', password: new Secret('x') };
    const request = { endpoint: 'https://idp.test/', version: '1.3', appliesTo: 'urn:aws', user } as const;
    const { root } = readXml(createTokenRequestEnvelope(request, stamp).reveal());
    expect(textsOf(root, 'Created')).toEqual(['2026-01-02T03:04:05.678Z']);
    expect(textsOf(root, 'Expires')).toEqual(['2026-01-02T03:09:05.678Z']);
  });

  it('without a user has no security header', () => {
    const request = { endpoint: 'https://idp.test/', version: '2005', appliesTo: 'urn:aws' } as const;
    const { root } = readXml(createTokenRequestEnvelope(request, stamp).reveal());
    expect(textsOf(root, 'Security')).toEqual([]);
  });

  it('does not show the password', () => {
    const user = { name: 'ana', password: new Secret('CANARY') };
    const request = { endpoint: 'https://idp.test/', version: '1.3', appliesTo: 'urn:aws', user } as const;
    expect(String(createTokenRequestEnvelope(request, stamp))).toBe('***');
  });
});

const kindOf = (text: string): string => readTrustResponse(readXml(text).root).kind;

describe('a response with a token', () => {
  it('is recognized in both versions of WS-Trust', () => {
    expect(kindOf(trustResponse(tokenXml()))).toBe('token');
    expect(kindOf(trustResponse(tokenXml(), { version: '2005' }))).toBe('token');
    // PingFederate answers without the collection where it is told so.
    expect(
      kindOf(trustResponse(tokenXml()).replaceAll(/<\/?t:RequestSecurityTokenResponseCollection>/g, '')),
    ).toBe('token');
  });

  it('is not recognized with the token in another place', () => {
    const token = tokenXml();
    const soap = 'xmlns:s="http://www.w3.org/2003/05/soap-envelope"';
    expect(kindOf(token)).toBe('neither');
    expect(kindOf(`<s:Envelope ${soap}><s:Header>${token}</s:Header><s:Body/></s:Envelope>`)).toBe('neither');
    expect(kindOf(`<s:Envelope ${soap}><s:Body>${token}</s:Body></s:Envelope>`)).toBe('neither');
    expect(kindOf(trustResponse(token).replaceAll('RequestedSecurityToken', 'RequestedProofToken'))).toBe(
      'neither',
    );
    expect(kindOf(trustResponse(token).replace('2003/05/soap-envelope', 'elsewhere'))).toBe('neither');
    expect(kindOf(trustResponse(''))).toBe('neither');
  });

  it('may be a fault of SOAP 1.1 or 1.2, with its innermost code', () => {
    const eleven =
      '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode xmlns:w="urn:w">w:InvalidRequest</faultcode><faultstring>No \u0085 way</faultstring></s:Fault></s:Body></s:Envelope>';
    expect(readTrustResponse(readXml(eleven).root)).toEqual({
      kind: 'fault',
      code: 'InvalidRequest',
      reason: 'No way',
    });
    const nested = soapFault('Outer', 'Because').replace(
      '</s:Value></s:Subcode>',
      '</s:Value><s:Subcode><s:Value>a:Inner</s:Value></s:Subcode></s:Subcode>',
    );
    expect(readTrustResponse(readXml(nested).root)).toEqual({
      kind: 'fault',
      code: 'Inner',
      reason: 'Because',
    });
    const strange = soapFault('<![CDATA[\n<b>]]>', 'x');
    expect(readTrustResponse(readXml(strange).root)).toEqual({ kind: 'fault', code: 'Fault', reason: 'x' });
  });
});
