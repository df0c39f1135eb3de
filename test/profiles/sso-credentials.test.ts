import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { signIn } from '../../src/database/sign-in.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import { type FakePorts, fakePorts } from '../doubles/ports.ts';
import { startSsoPortal } from '../doubles/sso-portal.ts';
import { collectOutput } from '../support/collect-output.ts';
import { thrownBy } from '../support/thrown.ts';
import { CONFIG, loadProfileCredentials } from './load-credentials.ts';

const START = 'https://my-org.awsapps.com/start#/';
const SESSION = `[sso-session corp]\nsso_region = us-east-1\nsso_start_url = ${START}\n`;
const PROFILE = `[profile p]\nsso_account_id = 123456789012\nsso_role_name = Reader\n`;
const CONFIG_TEXT = `${PROFILE}sso_session = corp\n${SESSION}`;
const cacheFile = (key: string): string =>
  `/home/ana/.aws/sso/cache/${createHash('sha1').update(key).digest('hex')}.json`;
const token = (expiresAt = '2026-01-01T05:00:00Z'): string =>
  JSON.stringify({ accessToken: 'CANARY-TOKEN', expiresAt, region: 'us-east-1' });
const ROLE_CREDENTIALS = { accessKeyId: 'ASIA1', secretAccessKey: 'CANARY-1', sessionToken: 'CANARY-2' };
const bodyWithExpiration = (expiration: unknown): string =>
  JSON.stringify({ roleCredentials: { ...ROLE_CREDENTIALS, expiration } });
const RESPONSE = { status: 200, body: bodyWithExpiration(Date.UTC(2026, 0, 1, 1)) };

const portsWith = (config: string, cached?: string, key = 'corp'): FakePorts =>
  fakePorts({
    files: { [CONFIG]: config, ...(cached === undefined ? {} : { [cacheFile(key)]: cached }) },
  });

describe('a profile of IAM Identity Center', () => {
  it.each([
    ['a session', CONFIG_TEXT, 'corp'],
    ['a start URL', `${PROFILE}sso_region = us-east-1\nsso_start_url = ${START}\n`, START],
  ])('uses the token that the AWS CLI cached for %s', async (_, config, key) => {
    await using portal = await startSsoPortal(RESPONSE);
    const ports = portsWith(config, token(), key);
    expect(await loadProfileCredentials(ports, `Profile=p;SSOEndpoint=${portal.endpoint}`)).toEqual({
      accessKeyId: 'ASIA1',
      secretAccessKey: 'CANARY-1',
      sessionToken: 'CANARY-2',
      expiration: new Date(Date.UTC(2026, 0, 1, 1)),
      accountId: '123456789012',
      origin: `role Reader in account 123456789012 from IAM Identity Center, profile "p" of ${CONFIG}`,
    });
    expect(portal.requests).toEqual([
      { url: '/federation/credentials?role_name=Reader&account_id=123456789012', token: 'CANARY-TOKEN' },
    ]);
  });

  it.each(['2026-01-01T00:00:01.5Z', '2026-01-01T02:00:01+0200', '2026-01-01T00:00:01UTC'])(
    'accepts a token that expires at %s',
    async (expiresAt) => {
      await using portal = await startSsoPortal(RESPONSE);
      const ports = portsWith(CONFIG_TEXT, token(expiresAt));
      expect(await loadProfileCredentials(ports, `Profile=p;SSOEndpoint=${portal.endpoint}`)).toMatchObject({
        accessKeyId: 'ASIA1',
      });
    },
  );

  it.each([
    [undefined, 'the SSO token does not exist ('],
    ['CANARY{', 'does not contain a valid SSO token'],
    [token('2026-01-01T05:00:00'), 'does not contain a valid SSO token'],
    [token('2026-01-01T00:00:00Z'), 'the SSO session expired at 2026-01-01T00:00:00.000Z'],
  ])('reports how to sign in if the cache contains %j', async (cached, message) => {
    const error = await thrownBy(() => loadProfileCredentials(portsWith(CONFIG_TEXT, cached), 'Profile=p'));
    expect(error.code).toBe('AUTH_EXPIRED');
    expect(error.message).toContain(message);
    expect(error.remedy).toBe('Run `aws sso login --profile p` and try again.');
    expect(collectOutput(error)).not.toContain('CANARY');
  });

  it.each([
    [401, 'AUTH_EXPIRED', 'the SSO session has expired or is otherwise invalid'],
    [403, 'AUTH_DENIED', 'No access to role Reader in account 123456789012'],
    [429, 'AUTH_UNAVAILABLE', 'status 429'],
    [503, 'AUTH_UNAVAILABLE', 'status 503'],
    [400, 'AUTH_REFUSED', 'IAM Identity Center in us-east-1 responded with status 400'],
    [200, 'AUTH_MALFORMED', 'incomplete or invalid credentials'],
  ])('reports status %d as %s', async (status, code, message) => {
    await using portal = await startSsoPortal({ status, body: '{"message":"CANARY"}' });
    const error = await thrownBy(() =>
      loadProfileCredentials(portsWith(CONFIG_TEXT, token()), `Profile=p;SSOEndpoint=${portal.endpoint}`),
    );
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(message)]);
    expect(collectOutput(error)).not.toContain('CANARY');
  });

  it.each([
    ['not an object', '["CANARY"]'],
    ['inherited credentials', JSON.stringify({ roleCredentials: { ['__proto__']: ROLE_CREDENTIALS } })],
    ['inherited members', JSON.stringify({ ['__proto__']: { roleCredentials: ROLE_CREDENTIALS } })],
    ['no token', JSON.stringify({ roleCredentials: { ...ROLE_CREDENTIALS, sessionToken: undefined } })],
    ['an expiration in ISO 8601', bodyWithExpiration('2026-01-01T01:00:00Z')],
    ['an expiration out of range', bodyWithExpiration(1e300)],
    ['no expiration', bodyWithExpiration(null)],
  ])('rejects a response as malformed: %s', async (_, body) => {
    await using portal = await startSsoPortal({ status: 200, body });
    const error = await thrownBy(() =>
      loadProfileCredentials(portsWith(CONFIG_TEXT, token()), `Profile=p;SSOEndpoint=${portal.endpoint}`),
    );
    expect([error.code, error.message]).toEqual([
      'AUTH_MALFORMED',
      'IAM Identity Center returned incomplete or invalid credentials',
    ]);
    expect(collectOutput(error)).not.toContain('CANARY');
  });

  it('treats an expiration in seconds as expired', async () => {
    await using portal = await startSsoPortal({
      status: 200,
      body: bodyWithExpiration(Date.UTC(2026, 0, 1, 1) / 1000),
    });
    const ports = portsWith(CONFIG_TEXT, token());
    const { options } = await parseConnection(
      `Profile=p;SSOEndpoint=${portal.endpoint};AWSRegion=eu-west-1`,
      ports,
    );
    const opened = await signIn(options, ports);
    const error = await thrownBy(() => opened.source(new AbortController().signal));
    expect([error.code, error.message]).toEqual([
      'AUTH_EXPIRED',
      expect.stringContaining('expired at 1970-01-21'),
    ]);
    opened.close();
  });

  it.each([
    [
      `${PROFILE}sso_session = crop\n${SESSION}`,
      ':4: section [sso-session crop] referenced in profile "p" does not exist',
    ],
    [
      `${PROFILE}sso_session = corp\nsso_region = eu-west-1\n${SESSION}`,
      `:5: sso_region of profile "p" differs from ${CONFIG}:7`,
    ],
    [PROFILE, ':2: profile "p" is missing the required SSO configuration values: sso_region, sso_start_url'],
  ])('reports file and line: %j', async (config, message) => {
    const error = await thrownBy(() => loadProfileCredentials(portsWith(config), 'Profile=p'));
    expect(error.message).toBe(`${CONFIG}${message}`);
  });
});
