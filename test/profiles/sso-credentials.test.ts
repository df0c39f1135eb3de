import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { signIn } from '../../src/database/sign-in.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import { type FakePorts, fakePorts } from '../doubles/ports.ts';
import { startSsoPortal } from '../doubles/sso-portal.ts';
import { printsOf } from '../support/prints.ts';
import { thrownBy } from '../support/thrown.ts';
import { CONFIG, credentialsIn } from './given.ts';

const START = 'https://my-org.awsapps.com/start#/';
const SESSION = `[sso-session corp]\nsso_region = us-east-1\nsso_start_url = ${START}\n`;
const PROFILE = `[profile p]\nsso_account_id = 123456789012\nsso_role_name = Reader\n`;
const CONFIG_TEXT = `${PROFILE}sso_session = corp\n${SESSION}`;
const cacheFile = (key: string): string =>
  `/home/ana/.aws/sso/cache/${createHash('sha1').update(key).digest('hex')}.json`;
const token = (expiresAt = '2026-01-01T05:00:00Z'): string =>
  JSON.stringify({ accessToken: 'CANARY-TOKEN', expiresAt, region: 'us-east-1' });
const ROLE_CREDENTIALS = { accessKeyId: 'ASIA1', secretAccessKey: 'CANARY-1', sessionToken: 'CANARY-2' };
const answerUntil = (expiration: unknown): string =>
  JSON.stringify({ roleCredentials: { ...ROLE_CREDENTIALS, expiration } });
const ANSWER = { status: 200, body: answerUntil(Date.UTC(2026, 0, 1, 1)) };

const world = (config: string, cached?: string, key = 'corp'): FakePorts =>
  fakePorts({
    files: { [CONFIG]: config, ...(cached === undefined ? {} : { [cacheFile(key)]: cached }) },
  });

describe('a profile of IAM Identity Center', () => {
  it.each([
    ['a session', CONFIG_TEXT, 'corp'],
    ['a start URL', `${PROFILE}sso_region = us-east-1\nsso_start_url = ${START}\n`, START],
  ])('gets the role with the token that the AWS command line keeps for %s', async (_, config, key) => {
    await using portal = await startSsoPortal(ANSWER);
    const ports = world(config, token(), key);
    expect(await credentialsIn(ports, `Profile=p;SSOEndpoint=${portal.endpoint}`)).toEqual({
      accessKeyId: 'ASIA1',
      secretAccessKey: 'CANARY-1',
      sessionToken: 'CANARY-2',
      expiration: new Date(Date.UTC(2026, 0, 1, 1)),
      accountId: '123456789012',
      origin: `role Reader in account 123456789012, granted by IAM Identity Center to profile "p" of ${CONFIG}`,
    });
    expect(portal.requests).toEqual([
      { url: '/federation/credentials?role_name=Reader&account_id=123456789012', token: 'CANARY-TOKEN' },
    ]);
  });

  it.each(['2026-01-01T00:00:01.5Z', '2026-01-01T02:00:01+0200', '2026-01-01T00:00:01UTC'])(
    'takes a token that is good until %s',
    async (expiresAt) => {
      await using portal = await startSsoPortal(ANSWER);
      const ports = world(CONFIG_TEXT, token(expiresAt));
      expect(await credentialsIn(ports, `Profile=p;SSOEndpoint=${portal.endpoint}`)).toMatchObject({
        accessKeyId: 'ASIA1',
      });
    },
  );

  it.each([
    [undefined, 'nobody has signed in (there is no '],
    ['CANARY{', 'holds no token that can be used'],
    [token('2026-01-01T05:00:00'), 'holds no token that can be used'],
    [token('2026-01-01T00:00:00Z'), 'the sign-in ended at 2026-01-01T00:00:00.000Z'],
  ])('says how to sign in where the cache has %j', async (cached, message) => {
    const error = await thrownBy(() => credentialsIn(world(CONFIG_TEXT, cached), 'Profile=p'));
    expect(error.code).toBe('AUTH_EXPIRED');
    expect(error.message).toContain(message);
    expect(error.remedy).toBe('Run `aws sso login --profile p` and try again.');
    expect(printsOf(error)).not.toContain('CANARY');
  });

  it.each([
    [401, 'AUTH_EXPIRED', 'has ended the sign-in'],
    [403, 'AUTH_DENIED', 'grants no role Reader in account 123456789012'],
    [429, 'AUTH_UNAVAILABLE', 'status 429'],
    [503, 'AUTH_UNAVAILABLE', 'status 503'],
    [400, 'AUTH_REFUSED', 'IAM Identity Center in us-east-1 answered with status 400'],
    [200, 'AUTH_MALFORMED', 'without usable credentials'],
  ])('tells what status %d means', async (status, code, message) => {
    await using portal = await startSsoPortal({ status, body: '{"message":"CANARY"}' });
    const error = await thrownBy(() =>
      credentialsIn(world(CONFIG_TEXT, token()), `Profile=p;SSOEndpoint=${portal.endpoint}`),
    );
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(message)]);
    expect(printsOf(error)).not.toContain('CANARY');
  });

  it.each([
    ['no object', '["CANARY"]'],
    ['an heir', JSON.stringify({ roleCredentials: { ['__proto__']: ROLE_CREDENTIALS } })],
    ['an heir further up', JSON.stringify({ ['__proto__']: { roleCredentials: ROLE_CREDENTIALS } })],
    ['no token', JSON.stringify({ roleCredentials: { ...ROLE_CREDENTIALS, sessionToken: undefined } })],
    ['a time in ISO 8601', answerUntil('2026-01-01T01:00:00Z')],
    ['a time beyond all', answerUntil(1e300)],
    ['no time', answerUntil(null)],
  ])('takes an answer with %s for malformed', async (_, body) => {
    await using portal = await startSsoPortal({ status: 200, body });
    const error = await thrownBy(() =>
      credentialsIn(world(CONFIG_TEXT, token()), `Profile=p;SSOEndpoint=${portal.endpoint}`),
    );
    expect([error.code, error.message]).toEqual([
      'AUTH_MALFORMED',
      'IAM Identity Center answered without usable credentials',
    ]);
    expect(printsOf(error)).not.toContain('CANARY');
  });

  it('takes an end in seconds for one of long ago', async () => {
    await using portal = await startSsoPortal({
      status: 200,
      body: answerUntil(Date.UTC(2026, 0, 1, 1) / 1000),
    });
    const ports = world(CONFIG_TEXT, token());
    const { options } = await parseConnection(
      `Profile=p;SSOEndpoint=${portal.endpoint};AWSRegion=eu-west-1`,
      ports,
    );
    const way = await signIn(options, ports);
    const error = await thrownBy(() => way.source(new AbortController().signal));
    expect([error.code, error.message]).toEqual([
      'AUTH_EXPIRED',
      expect.stringContaining('expired at 1970-01-21'),
    ]);
    way.close();
  });

  it.each([
    [
      `${PROFILE}sso_session = crop\n${SESSION}`,
      ':4: there is no section [sso-session crop], which profile "p" names',
    ],
    [
      `${PROFILE}sso_session = corp\nsso_region = eu-west-1\n${SESSION}`,
      `:5: sso_region of profile "p" differs from ${CONFIG}:7`,
    ],
    [PROFILE, ':2: profile "p" uses IAM Identity Center but has no sso_region and no sso_start_url'],
  ])('is an error with file and line: %j', async (config, message) => {
    const error = await thrownBy(() => credentialsIn(world(config), 'Profile=p'));
    expect(error.message).toBe(`${CONFIG}${message}`);
  });
});
