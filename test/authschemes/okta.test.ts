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
import { createSource } from '../support/create-source.ts';
import { thrownBy } from '../support/thrown.ts';
import { startTestDatabase } from '../support/test-database.ts';

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

/** An organization and STS, and connection strings for them. */
async function database(setup: OktaSetup = {}) {
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

/** A sign-in with the real clock, which the organization also uses. */
async function openSignIn(text: string, ports: FakePorts = createPorts()): Promise<SignIn> {
  const { options } = await parseConnection(text, ports);
  return signIn(options, ports);
}

function createPorts(vault = new Map<string, string>()): FakePorts {
  return { ...fakePorts({ vault }), now: () => Date.now() };
}

/** The network of a scheme that is used without `signIn`. */
function createNetwork(): NonNullable<Ports['network']> {
  const settings: NetworkSettings = { trust: { kind: 'certificates', pem: ca } };
  return { settings, dispatcher: createDispatcher(settings).dispatcher };
}

const neverAborted = (): AbortSignal => new AbortController().signal;
const countRequests = ({ requests }: OktaDouble | StsDouble): number => requests.length;

withTls('AuthScheme Okta', () => {
  it('reads the rows of a table with a connection string', async () => {
    await using dynamo = await startTestDatabase();
    await dynamo.add({ name: 'orders', key: ['id:S'], items: [{ id: { S: 'a' } }, { id: { S: 'b' } }] });
    const apiToken = '01230GGG2ceAnm_tPAf4MhiMELXZ0L0N1pAYrO1VR-hGQSf';
    await using servers = await database({ apiToken });
    const state = await mkdtemp(join(tmpdir(), 'dynadbc-state-'));
    const warnings: string[] = [];
    const text =
      `AuthScheme=Okta; AWSRegion=Ireland; User=${USER}; Password=${PASSWORD}; SSOLoginURL='${servers.okta.loginUrl}'; ` +
      `SSOProperties='ApiToken=${apiToken};'; AWSRoleArn=${ROLE}; AWSPrincipalARN=${PROVIDER}; S3StagingDirectory=s3://athena/staging;` +
      `Endpoint=${dynamo.endpoint};STSEndpoint=${servers.sts.endpoint};SSLServerCert='${ca}'`;
    try {
      const ports = {
        ...processPorts({ onWarning: (message: string) => void warnings.push(message) }),
        vault: fileVault(state, undefined),
      };
      await using db = await connect(text, { ports, trusted: true });
      const { rows } = await db.query('SELECT id FROM orders ORDER BY id');
      expect(rows).toEqual([{ id: 'a' }, { id: 'b' }]);
      expect(toFields(servers.sts.requests[0])).toMatchObject({
        Action: 'AssumeRoleWithSAML',
        RoleArn: ROLE,
        PrincipalArn: PROVIDER,
        SAMLAssertion: RESPONSE,
        DurationSeconds: '3600',
      });
      expect(servers.okta.violations).toEqual([]);
      expect(warnings).toEqual([expect.stringContaining('S3StagingDirectory')]);
      const [file = ''] = await readdir(state);
      expect((await stat(join(state, file))).mode & 0o777).toBe(0o600);
    } finally {
      await rm(state, { recursive: true });
    }
  });

  it('describes the origin of the credentials', async () => {
    await using servers = await database();
    const opened = await openSignIn(servers.text());
    await opened.source(neverAborted());
    expect(opened.describe()).toBe(`role ${ROLE} by Okta at ${servers.okta.origin}`);
    opened.close();
  });

  it('lists the roles if Okta offers several and none is selected', async () => {
    await using servers = await database({
      samlResponse: samlResponse({ roles: [`${ROLE},${PROVIDER}`, `${PROVIDER}, ${OTHER}`] }),
    });
    const opened = await openSignIn(servers.text());
    await expect(thrownBy(() => opened.source(neverAborted()))).resolves.toMatchObject({
      code: 'AUTH_ROLE',
      candidates: [ROLE, OTHER],
    });
    opened.close();
    const chosen = await openSignIn(servers.text(`AWSRoleARN=${OTHER}`));
    await chosen.source(neverAborted());
    expect(toFields(servers.sts.requests[0])).toMatchObject({ RoleArn: OTHER, PrincipalArn: PROVIDER });
    chosen.close();
  });

  it('requests one approval for several connections that open at the same time', async () => {
    await using servers = await database({ factors: [PUSH] });
    const ports = createPorts();
    const signIns = await Promise.all(Array.from({ length: 5 }, () => openSignIn(servers.text(), ports)));
    const found = await Promise.all(signIns.map((opened) => opened.source(neverAborted())));
    expect(new Set(found.map(({ accessKeyId }) => accessKeyId))).toEqual(new Set(['ASIAOKTA']));
    expect(servers.okta.passwords()).toBe(1);
    expect(ports.warnings).toEqual(['Approve the sign-in in Okta Verify on Phone']);
    for (const opened of signIns) opened.close();
  });

  it('accepts the code in a second connection, also in another process', async () => {
    await using servers = await database({ factors: [SMS] });
    const vault = new Map<string, string>();
    const first = await openSignIn(servers.text("SSOProperties='MFAType=SMS'"), createPorts(vault));
    await expect(thrownBy(() => first.source(neverAborted()))).resolves.toMatchObject({
      code: 'AUTH_CODE_NEEDED',
      message: 'Okta sent a one-time code by SMS to +1 XXX-XXX-1234',
    });
    first.close();
    const code = servers.okta.codes[0] ?? '';
    const second = await openSignIn(
      servers.text(`SSOProperties='MFAType=SMS;MFAPassCode=${code}'`),
      createPorts(new Map(vault)),
    );
    await expect(second.source(neverAborted())).resolves.toMatchObject({ accessKeyId: 'ASIAOKTA' });
    second.close();
    expect(servers.okta.codes).toHaveLength(1);
  });

  it('accepts a right code at once after a wrong one', async () => {
    await using servers = await database({ factors: [TOTP] });
    const ports = createPorts();
    const wrong = await openSignIn(servers.text("SSOProperties='MFAPassCode=000000'"), ports);
    await expect(thrownBy(() => wrong.source(neverAborted()))).resolves.toMatchObject({
      code: 'AUTH_REFUSED',
    });
    wrong.close();
    const right = await openSignIn(
      servers.text(`SSOProperties='MFAPassCode=${servers.okta.shownCode}'`),
      ports,
    );
    await expect(right.source(neverAborted())).resolves.toMatchObject({ accessKeyId: 'ASIAOKTA' });
    right.close();
  });

  it('sends a code once per connection', async () => {
    await using servers = await database({ factors: [TOTP] });
    const text = servers.text(
      `SSOProperties='MFAPassCode=${servers.okta.shownCode};MFARememberDevice=False'`,
    );
    const source = await createSource(scheme, text, { ...createPorts(), network: createNetwork() });
    await source(neverAborted());
    await expect(thrownBy(() => source(neverAborted()))).resolves.toMatchObject({ code: 'AUTH_CODE_NEEDED' });
    expect(servers.okta.requests.filter(({ body }) => body.includes('passCode'))).toHaveLength(1);
  });

  it('reuses a code that could not be sent', async () => {
    let isDown = true;
    await using servers = await database({
      factors: [TOTP],
      answer: () => (isDown ? { status: 503 } : undefined),
    });
    const text = servers.text(`SSOProperties='MFAPassCode=${servers.okta.shownCode}'`);
    const source = await createSource(scheme, text, { ...createPorts(), network: createNetwork() });
    await expect(thrownBy(() => source(neverAborted()))).resolves.toMatchObject({ code: 'AUTH_UNAVAILABLE' });
    isDown = false;
    await expect(source(neverAborted())).resolves.toMatchObject({ accessKeyId: 'ASIAOKTA' });
  });

  it('saves nothing on disk with CredentialsLocation=memory://', async () => {
    await using servers = await database();
    const vault = new Map<string, string>();
    const opened = await openSignIn(servers.text('CredentialsLocation=memory://here'), createPorts(vault));
    await opened.source(neverAborted());
    opened.close();
    expect(vault.size).toBe(0);
  });

  it('sends nothing before it is used, or with an invalid SSOLoginURL', async () => {
    await using servers = await database();
    (await openSignIn(servers.text())).close();
    const text = servers.text().replace(servers.okta.loginUrl, servers.okta.origin);
    const error = await thrownBy(() => openSignIn(text));
    expect(error.code).toBe('CONN_BAD_VALUE');
    expect(error.message).toContain('expected the embed link of the AWS application at Okta');
    expect(countRequests(servers.okta) + countRequests(servers.sts)).toBe(0);
  });
});
