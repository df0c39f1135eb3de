import { describe, expect, it } from '@jest/globals';
import { connect } from '../../../src/index.ts';
import { type FakePorts, fakePorts } from '../../doubles/ports.ts';
import { toPage, serveTable } from '../../doubles/served-table.ts';
import { toFields, startSts, stsCredentials, stsError } from '../../doubles/sts.ts';
import { collectOutput } from '../../support/collect-output.ts';
import { assertionXml, base64, PROVIDER, responseXml, ROLE } from '../../support/saml.ts';
import { thrownBy } from '../../support/thrown.ts';

const QUERY = 'SELECT id FROM things';
const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);

/** An STS that validates assertions like AWS, a table, and files that change. */
async function startBackend() {
  const ports: FakePorts = fakePorts();
  const files = new Map<string, string>();
  const sts = await startSts((body) => {
    const { SAMLAssertion = '', DurationSeconds } = toFields({ body });
    const xml = Buffer.from(SAMLAssertion, 'base64').toString();
    return xml.includes('<saml:Assertion')
      ? stsCredentials(
          'AssumeRoleWithSAML',
          `ASIA${DurationSeconds}`,
          new Date(ports.now() + Number(DurationSeconds) * 1000),
        )
      : stsError(400, 'InvalidIdentityToken', 'The response did not contain a valid SAML assertion');
  });
  const table = await serveTable(() => toPage(['one']));
  return {
    ports,
    files,
    sts,
    table,
    open: (properties: string) =>
      connect(
        `AuthScheme=SAMLAssertion;AWSRegion=Ireland;STSEndpoint=${sts.endpoint};Endpoint=${table.endpoint};TypeDetectionScheme=None;MaximumRequestRetries=1;${properties}`,
        { ports: { ...ports, readFile: async (path) => files.get(path) } },
      ),
    async [Symbol.asyncDispose]() {
      await sts[Symbol.asyncDispose]();
      await table[Symbol.asyncDispose]();
    },
  };
}

/** An assertion that is valid for five minutes. */
const assertion = (from = START): string => assertionXml({ notOnOrAfter: new Date(from + 5 * MINUTE) });

describe('AuthScheme SAMLAssertion', () => {
  it.each([
    ['a response in base64', base64(responseXml(assertion()))],
    ['a response as XML', responseXml(assertion())],
    ['an assertion in base64', base64(assertion())],
    ['an assertion as XML with a newline', `${assertion()}\n`],
    [
      'a response in base64 with line breaks',
      (base64(responseXml(assertion())).match(/.{1,76}/g) ?? []).join('\r\n'),
    ],
  ])('reads rows with %s, from a property and from a file', async (_, text) => {
    await using backend = await startBackend();
    backend.files.set('/home/ana/assertion.txt', text);
    const quoted = `'${text.trim().replaceAll("'", "''")}'`;
    for (const property of ['SAMLAssertionFile=~/assertion.txt', `SAMLAssertion=${quoted}`]) {
      await using connection = await backend.open(property);
      expect((await connection.query(QUERY)).rows).toEqual([{ id: 'one' }]);
      expect(collectOutput([connection])).not.toContain('CANARY');
    }
    expect(backend.sts.requests).toHaveLength(2);
    expect(toFields(backend.sts.requests[0])).toMatchObject({ RoleArn: ROLE, PrincipalArn: PROVIDER });
    expect(backend.table.requests.at(-1)?.headers.authorization).toContain('Credential=ASIA3600/');
  });

  it('renews credentials with a rewritten file, and fails with an old one', async () => {
    await using backend = await startBackend();
    backend.files.set('/saml.txt', assertion());
    await using connection = await backend.open('SAMLAssertionFile=/saml.txt');
    await connection.query(QUERY);
    backend.ports.advance(61 * MINUTE);
    const error = await thrownBy(() => connection.query(QUERY));
    expect(error.code).toBe('AUTH_EXPIRED');
    expect(error.message).toContain('expired at 2026-01-01T00:05:00.000Z');
    backend.files.set('/saml.txt', assertion(backend.ports.now()));
    backend.ports.advance(MINUTE);
    expect((await connection.query(QUERY)).rowCount).toBe(1);
    expect(backend.sts.requests).toHaveLength(2);
  });
});
