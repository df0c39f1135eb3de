import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../src/core/secret.ts';
import { preflight, resolveSessionSeconds } from '../../src/saml/preflight.ts';
import { readAnySaml, readSamlResponse, wrapInResponse } from '../../src/saml/response.ts';
import type { AssertionFacts } from '../../src/saml/assertion.ts';
import { findChildren, readXml } from '../../src/saml/xml.ts';
import { collectOutput } from '../support/collect-output.ts';
import { assertionXml, type AssertionOptions, base64, PROVIDER, responseXml, ROLE } from '../support/saml.ts';
import { thrownBy } from '../support/thrown.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);
const read = (xml: string) => readSamlResponse(new Secret(base64(xml)));

function facts(words: AssertionOptions = {}): AssertionFacts {
  const { assertion } = read(responseXml(assertionXml(words)));
  if (assertion === undefined) throw new Error('no assertion');
  return assertion;
}

describe('a SAML response', () => {
  it('is sent to STS unmodified, except for white space in its base64', () => {
    const encoded = base64(responseXml(assertionXml()));
    const wrapped = encoded.replaceAll(/(.{76})/g, '$1\r\n');
    expect(readSamlResponse(new Secret(` ${wrapped}\n`)).encoded.reveal()).toBe(encoded);
  });

  it('has the facts that AWS evaluates', () => {
    const words = { notOnOrAfter: later(300), sessionNotOnOrAfter: later(3600), sessionDuration: '7200' };
    expect(facts(words)).toEqual({
      issuer: 'https://idp.example',
      audiences: ['urn:amazon:webservices'],
      recipients: ['https://signin.aws.amazon.com/saml'],
      notBefore: undefined,
      notOnOrAfter: later(300),
      sessionNotOnOrAfter: later(3600),
      roleValues: [`${ROLE},${PROVIDER}`],
      roleSessionNames: ['ana@corp.com'],
      sessionDurationSeconds: 7200,
    });
  });

  it('has the roles as AWS reads them with comments, and none from other places', () => {
    expect(facts({ roles: [`${ROLE}<!-- x -->s,${PROVIDER}`] }).roleValues).toEqual([`${ROLE}s,${PROVIDER}`]);
    const advice = `<saml:Advice>${assertionXml({ roles: ['evil'] })}</saml:Advice></saml:Assertion>`;
    const nested = assertionXml().replace('</saml:Assertion>', advice);
    expect(read(responseXml(nested)).assertion?.roleValues).toEqual([`${ROLE},${PROVIDER}`]);
  });

  it('with an encrypted assertion has no facts', () => {
    const encrypted = '<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>';
    expect(read(responseXml(encrypted)).assertion).toBeUndefined();
  });

  it.each([
    ['two assertions', responseXml(assertionXml() + assertionXml()), 'AUTH_SAML', 'several assertions'],
    ['no assertion', responseXml(''), 'AUTH_SAML', 'no assertion'],
    [
      'a SAML 1.1 assertion',
      responseXml('<Assertion xmlns="urn:oasis:names:tc:SAML:1.0:assertion"/>'),
      'AUTH_SAML',
      'SAML 1.1',
    ],
    ['another namespace', '<Response xmlns="urn:x"/>', 'AUTH_MALFORMED', 'not a SAML response'],
    ['a page', '<html></html>', 'AUTH_MALFORMED', 'not a SAML response'],
    [
      'a time that is none',
      responseXml(assertionXml().replace('<saml:Conditions', '<saml:Conditions NotBefore="CANARY"')),
      'AUTH_MALFORMED',
      'NotBefore',
    ],
  ])('with %s is refused and not quoted', async (_, xml, code, words) => {
    const error = await thrownBy(() => read(xml));
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(words)]);
    expect(collectOutput(error)).not.toContain('CANARY');
  });

  it('explains why no assertion was issued', async () => {
    const second = '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"/>';
    const xml = responseXml('').replace(
      'Success"/>',
      `Responder">${second}</samlp:StatusCode><samlp:StatusMessage>No\nroles</samlp:StatusMessage>`,
    );
    const error = await thrownBy(() => read(xml));
    expect(error.message).toBe('The identity provider issued no assertion: Responder, AuthnFailed, No roles');
  });

  it.each(['', 'not base64!', '%3D', 'PHg+-_'])('must be valid base64: %j', async (text) => {
    expect((await thrownBy(() => readSamlResponse(new Secret(text)))).code).toBe('AUTH_MALFORMED');
  });

  it('must be valid UTF-8', async () => {
    const latin = Buffer.from('<a>\u00e9</a>', 'latin1').toString('base64');
    expect((await thrownBy(() => readSamlResponse(new Secret(latin)))).message).toContain('UTF-8');
  });

  it('must not exceed the limit of STS', async () => {
    const roles = Array.from({ length: 1000 }, (_, at) => `${ROLE}${at},${PROVIDER}`);
    expect((await thrownBy(() => facts({ roles }))).message).toContain('STS accepts at most 100000');
  });
});

describe('a bare assertion', () => {
  const bare = assertionXml({ sessionName: 'Zoë' }).replace(
    ' xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"',
    '',
  );
  const around = `<e:Envelope xmlns:e="urn:e" xmlns="urn:d" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xs="urn:&amp;&quot;">\r\n${bare}</e:Envelope>`;

  it('is wrapped unmodified, and declares the namespaces in scope', () => {
    const document = readXml(around);
    const [assertion] = findChildren(document.root, 'urn:oasis:names:tc:SAML:2.0:assertion', 'Assertion');
    if (assertion === undefined) throw new Error('no assertion');
    const { encoded } = wrapInResponse(document, assertion, NOW);
    const xml = Buffer.from(encoded.reveal(), 'base64').toString();
    expect(xml).toContain(bare.replace('<saml:Assertion', ''));
    const [wrapped] = readXml(xml).root.children.slice(1);
    expect(wrapped?.namespaces).toEqual(
      new Map([...assertion.namespaces, ['samlp', 'urn:oasis:names:tc:SAML:2.0:protocol']]),
    );
    expect(readSamlResponse(encoded).assertion?.roleSessionNames).toEqual(['Zoë']);
  });

  it.each([
    ['a response in base64', base64(responseXml(assertionXml()))],
    ['a response', `\n${responseXml(assertionXml())}\n`],
    ['an assertion in base64', base64(assertionXml())],
    ['an assertion', assertionXml()],
  ])('may be %s', (_, text) => {
    expect(readAnySaml(new Secret(text), NOW).assertion?.roleValues).toEqual([`${ROLE},${PROVIDER}`]);
  });
});

const check = (words: AssertionOptions, recipient: 'required' | 'expected' = 'required') =>
  preflight(facts(words), { now: NOW, recipient });

describe('preflight', () => {
  it.each([
    'https://signin.aws.amazon.com/saml',
    'https://eu-west-1.signin.aws.amazon.com/platform/saml/acs/1',
    'https://signin.amazonaws-us-gov.com/saml',
    'https://signin.amazonaws.cn/saml',
  ])('accepts an assertion for %s', (recipient) => {
    expect(check({ recipient, notOnOrAfter: later(1), notBefore: later(200) })).toEqual([]);
  });

  it.each([
    ['it has expired', { notOnOrAfter: later(0) }, 'AUTH_EXPIRED', 'expired at 2026-01-01T00:00:00.000Z'],
    ['it is of tomorrow', { notBefore: later(301) }, 'AUTH_SAML', 'not valid before'],
    ['it has no session name', { sessionName: undefined }, 'AUTH_SAML', 'lacks the attribute'],
    ['its session name is odd', { sessionName: 'Ana García' }, 'AUTH_SAML', 'is "Ana García"'],
    [
      'it is for another recipient',
      { recipient: 'https://evil.signin.aws.amazon.com.example/' },
      'AUTH_SAML',
      'is https://evil',
    ],
    ['it has no recipient', { recipient: undefined }, 'AUTH_SAML', 'no Recipient'],
  ])('rejects an assertion if %s', async (_, words, code, text) => {
    const error = await thrownBy(() => check(words));
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(text)]);
  });

  it('warns about an assertion that AWS may accept', () => {
    const warnings = check({ recipient: undefined, audience: 'https://corp.example' }, 'expected');
    expect(warnings).toEqual([
      expect.stringContaining('no Recipient'),
      expect.stringContaining('https://corp.example'),
    ]);
  });

  it.each([
    ['what the user wants', 7200, {}, 7200],
    ['an hour', undefined, {}, 3600],
    ['by the assertion', undefined, { sessionDuration: '1800' }, 1800],
    ['what is left of the session', 7200, { sessionNotOnOrAfter: later(1000) }, 1000],
    ['a quarter of an hour at least', 7200, { sessionNotOnOrAfter: later(10) }, 900],
    ['half a day at most', undefined, { sessionDuration: '86400' }, 43_200],
  ])('sets the session duration %s', (_, wanted, words, seconds) => {
    expect(resolveSessionSeconds(wanted, facts(words), NOW)).toBe(seconds);
  });
});
