import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { okta as scheme } from '../../src/authschemes/okta.ts';
import { type SignIn, signIn } from '../../src/database/sign-in.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import { createDispatcher } from '../../src/net/dispatcher.ts';
import type { NetworkSettings } from '../../src/core/network-settings.ts';
import type { Ports } from '../../src/core/ports.ts';
import { connect } from '../../src/index.ts';
import { processPorts } from '../../src/host/node/process-ports.ts';
import { fileVault } from '../../src/host/node/vault.ts';
import { type OktaDouble, type OktaSetup, startOkta, USER } from '../doubles/okta.ts';
import { fakePorts, type FakePorts } from '../doubles/ports.ts';
import { toFields, type StsDouble, startSts, stsCredentials } from '../doubles/sts.ts';
import { testAuthority } from '../support/certificates.ts';
import { samlResponse } from '../support/saml-response.ts';
import { sourceOf } from '../support/source-of.ts';
import { thrownBy } from '../support/thrown.ts';
import { startWorld } from '../support/world.ts';

const authority = testAuthority();
const withTls = 'skipped' in authority ? describe.skip : describe;
const { ca, server: pair } = 'skipped' in authority ? { ca: '', server: { key: '', cert: '' } } : authority;

const ROLE = 'arn:aws:iam::123456789012:role/Okta_SSO';
const PROVIDER = 'arn:aws:iam::123456789012:saml-provider/OktaProvider';
const OTHER = 'arn:aws:iam::123456789012:role/Admin';
const RESPONSE = samlResponse({ roles: [`${ROLE},${PROVIDER}`] });
const PASSWORD = 'CH8WerW121235647iCa6';
const SMS = { id: 'sms1', type: 'sms', profile: { phoneNumber: '+1 XXX-XXX-1234' } };
const TOTP = { id: 'ost1', type: 'token:software:totp' };
const PUSH = { id: 'opf1', type: 'push', profile: { name: 'Phone' } };

/** An organisation and an STS, and connection strings for both. */
async function world(setup: OktaSetup = {}) {
  const okta = await startOkta(pair, { password: PASSWORD, samlResponse: RESPONSE, ...setup });
  const sts = await startSts((body) =>
    body.includes('Action=AssumeRoleWithSAML') ? stsCredentials('AssumeRoleWithSAML', 'ASIAOKTA') : undefined,
  );
  return {
    okta,
    sts,
    text: (properties = '', password = PASSWORD): string =>
      `AuthScheme=Okta;User=${USER};Password=${password};SSOLoginURL=${okta.loginUrl};AWSRegion=Ireland;` +
      `STSEndpoint=${sts.endpoint};SSLServerCert='${ca}';${properties}`,
    async [Symbol.asyncDispose]() {
      await okta[Symbol.asyncDispose]();
      await sts[Symbol.asyncDispose]();
    },
  };
}

/** A sign-in as connections make it; the clock is the machine's, since the organisation's is. */
async function opened(text: string, ports: FakePorts = machine()): Promise<SignIn> {
  const { options } = await parseConnection(text, ports);
  return signIn(options, ports);
}

function machine(vault = new Map<string, string>()): FakePorts {
  return { ...fakePorts({ vault }), now: () => Date.now() };
}

/** The way to servers, for a scheme that is used without a sign-in around it. */
function networkOf(): NonNullable<Ports['network']> {
  const settings: NetworkSettings = { trust: { kind: 'certificates', pem: ca } };
  return { settings, dispatcher: createDispatcher(settings).dispatcher };
}

const never = (): AbortSignal => new AbortController().signal;
const asked = ({ requests }: OktaDouble | StsDouble): number => requests.length;

withTls('AuthScheme Okta', () => {
  it('takes a user from a connection string to the rows of a table', async () => {
    await using dynamo = await startWorld();
    await dynamo.add({ name: 'orders', key: ['id:S'], items: [{ id: { S: 'a' } }, { id: { S: 'b' } }] });
    const apiToken = '01230GGG2ceAnm_tPAf4MhiMELXZ0L0N1pAYrO1VR-hGQSf';
    await using place = await world({ apiToken });
    const state = await mkdtemp(join(tmpdir(), 'dynadbc-state-'));
    const warnings: string[] = [];
    const text =
      `AuthScheme=Okta; AWSRegion=Ireland; User=${USER}; Password=${PASSWORD}; SSOLoginURL='${place.okta.loginUrl}'; ` +
      `SSOProperties='ApiToken=${apiToken};'; AWSRoleArn=${ROLE}; AWSPrincipalARN=${PROVIDER}; S3StagingDirectory=s3://athena/staging;` +
      `Endpoint=${dynamo.endpoint};STSEndpoint=${place.sts.endpoint};SSLServerCert='${ca}'`;
    try {
      const ports = {
        ...processPorts({ onWarning: (message: string) => void warnings.push(message) }),
        vault: fileVault(state, undefined),
      };
      await using db = await connect(text, { ports, trusted: true });
      const { rows } = await db.query('SELECT id FROM orders ORDER BY id');
      expect(rows).toEqual([{ id: 'a' }, { id: 'b' }]);
      expect(toFields(place.sts.requests[0])).toMatchObject({
        Action: 'AssumeRoleWithSAML',
        RoleArn: ROLE,
        PrincipalArn: PROVIDER,
        SAMLAssertion: RESPONSE,
        DurationSeconds: '3600',
      });
      expect(place.okta.violations).toEqual([]);
      expect(warnings).toEqual([expect.stringContaining('S3StagingDirectory')]);
      const [file = ''] = await readdir(state);
      expect((await stat(join(state, file))).mode & 0o777).toBe(0o600);
    } finally {
      await rm(state, { recursive: true });
    }
  });

  it('says where the credentials came from', async () => {
    await using place = await world();
    const way = await opened(place.text());
    await way.source(never());
    expect(way.describe()).toBe(`role ${ROLE} by Okta at ${place.okta.origin}`);
    way.close();
  });

  it('lists the roles where Okta gives several and none was chosen', async () => {
    await using place = await world({
      samlResponse: samlResponse({ roles: [`${ROLE},${PROVIDER}`, `${PROVIDER}, ${OTHER}`] }),
    });
    const way = await opened(place.text());
    await expect(thrownBy(() => way.source(never()))).resolves.toMatchObject({
      code: 'AUTH_ROLE',
      candidates: [ROLE, OTHER],
    });
    way.close();
    const chosen = await opened(place.text(`AWSRoleARN=${OTHER}`));
    await chosen.source(never());
    expect(toFields(place.sts.requests[0])).toMatchObject({ RoleArn: OTHER, PrincipalArn: PROVIDER });
    chosen.close();
  });

  it('asks for one touch where many connections open together', async () => {
    await using place = await world({ factors: [PUSH] });
    const ports = machine();
    const ways = await Promise.all(Array.from({ length: 5 }, () => opened(place.text(), ports)));
    const found = await Promise.all(ways.map((way) => way.source(never())));
    expect(new Set(found.map(({ accessKeyId }) => accessKeyId))).toEqual(new Set(['ASIAOKTA']));
    expect(place.okta.passwords()).toBe(1);
    expect(ports.warnings).toEqual(['Approve the sign-in in Okta Verify on Phone']);
    for (const way of ways) way.close();
  });

  it('brings the code in a second connection, also from another process', async () => {
    await using place = await world({ factors: [SMS] });
    const kept = new Map<string, string>();
    const first = await opened(place.text("SSOProperties='MFAType=SMS'"), machine(kept));
    await expect(thrownBy(() => first.source(never()))).resolves.toMatchObject({
      code: 'AUTH_CODE_NEEDED',
      message: 'Okta sent a one-time code by SMS to +1 XXX-XXX-1234',
    });
    first.close();
    const code = place.okta.codes[0] ?? '';
    const second = await opened(
      place.text(`SSOProperties='MFAType=SMS;MFAPassCode=${code}'`),
      machine(new Map(kept)),
    );
    await expect(second.source(never())).resolves.toMatchObject({ accessKeyId: 'ASIAOKTA' });
    second.close();
    expect(place.okta.codes).toHaveLength(1);
  });

  it('tries a right code at once after a wrong one', async () => {
    await using place = await world({ factors: [TOTP] });
    const ports = machine();
    const wrong = await opened(place.text("SSOProperties='MFAPassCode=000000'"), ports);
    await expect(thrownBy(() => wrong.source(never()))).resolves.toMatchObject({ code: 'AUTH_REFUSED' });
    wrong.close();
    const right = await opened(place.text(`SSOProperties='MFAPassCode=${place.okta.shownCode}'`), ports);
    await expect(right.source(never())).resolves.toMatchObject({ accessKeyId: 'ASIAOKTA' });
    right.close();
  });

  it('sends a code once in the life of a connection', async () => {
    await using place = await world({ factors: [TOTP] });
    const text = place.text(`SSOProperties='MFAPassCode=${place.okta.shownCode};MFARememberDevice=False'`);
    const source = await sourceOf(scheme, text, { ...machine(), network: networkOf() });
    await source(never());
    await expect(thrownBy(() => source(never()))).resolves.toMatchObject({ code: 'AUTH_CODE_NEEDED' });
    expect(place.okta.requests.filter(({ body }) => body.includes('passCode'))).toHaveLength(1);
  });

  it('keeps a code that could not be sent', async () => {
    let isDown = true;
    await using place = await world({
      factors: [TOTP],
      answer: () => (isDown ? { status: 503 } : undefined),
    });
    const text = place.text(`SSOProperties='MFAPassCode=${place.okta.shownCode}'`);
    const source = await sourceOf(scheme, text, { ...machine(), network: networkOf() });
    await expect(thrownBy(() => source(never()))).resolves.toMatchObject({ code: 'AUTH_UNAVAILABLE' });
    isDown = false;
    await expect(source(never())).resolves.toMatchObject({ accessKeyId: 'ASIAOKTA' });
  });

  it('keeps nothing on disk with CredentialsLocation=memory://', async () => {
    await using place = await world();
    const kept = new Map<string, string>();
    const way = await opened(place.text('CredentialsLocation=memory://here'), machine(kept));
    await way.source(never());
    way.close();
    expect(kept.size).toBe(0);
  });

  it('asks neither Okta nor STS before it is used, and for nothing where SSOLoginURL cannot be right', async () => {
    await using place = await world();
    (await opened(place.text())).close();
    const text = place.text().replace(place.okta.loginUrl, place.okta.origin);
    const error = await thrownBy(() => opened(text));
    expect(error.code).toBe('CONN_BAD_VALUE');
    expect(error.message).toContain('expected the embed link of the AWS application at Okta');
    expect(asked(place.okta) + asked(place.sts)).toBe(0);
  });
});
