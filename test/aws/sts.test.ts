import { describe, expect, it } from '@jest/globals';
import {
  type StsCall,
  assumeRole,
  assumeRoleWithWebIdentity,
  getCallerIdentity,
  getSessionToken,
} from '../../src/aws/sts.ts';
import { Secret } from '../../src/core/secret.ts';
import {
  type StsDouble,
  callerIdentity,
  toFields,
  startSts,
  stsCredentials,
  stsError,
} from '../doubles/sts.ts';
import { collectOutput } from '../support/collect-output.ts';
import { thrownBy } from '../support/thrown.ts';

const ARN = 'arn:aws:iam::123456789012:user/ana';
const credentials = {
  accessKeyId: 'AKIAABCDEFGHIJKLMNOP',
  secretAccessKey: 'CANARY',
  sessionToken: 'CANARY-TOKEN',
};
const callTo = (sts: StsDouble): StsCall => ({ credentials, region: 'eu-west-1', endpoint: sts.endpoint });

describe('getCallerIdentity', () => {
  it('returns account and ARN, with a request signed for the Region', async () => {
    await using sts = await startSts(() => callerIdentity(ARN));
    expect(await getCallerIdentity(callTo(sts))).toEqual({
      account: '123456789012',
      arn: ARN,
      userId: 'AIDA',
    });
    expect(sts.requests[0]?.body).toContain('Action=GetCallerIdentity');
    expect(sts.requests[0]?.authorization).toContain('/eu-west-1/sts/aws4_request');
  });

  it.each([
    ['InvalidClientTokenId', 403, 'AUTH_REFUSED', 'AWS does not recognize the access key AKIA…MNOP'],
    ['SignatureDoesNotMatch', 403, 'AUTH_REFUSED', 'The secret key does not match the access key AKIA…MNOP'],
    ['ExpiredToken', 400, 'AUTH_EXPIRED', 'The session token has expired'],
    ['AccessDenied', 403, 'AUTH_DENIED', 'The access key AKIA…MNOP is not authorized to call STS'],
    ['SomethingNew', 400, 'AUTH_REFUSED', 'STS rejected GetCallerIdentity: SomethingNew'],
  ])('explains %s without quoting STS', async (name, status, code, message) => {
    await using sts = await startSts(() => stsError(status, name, 'x-amz-security-token:CANARY-TOKEN'));
    const error = await thrownBy(() => getCallerIdentity(callTo(sts)));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(collectOutput(error)).not.toContain('CANARY');
  });

  it('reports a transient failure', async () => {
    await using sts = await startSts(() => stsError(500, 'InternalFailure', 'oops'));
    expect((await thrownBy(() => getCallerIdentity(callTo(sts)))).code).toBe('AUTH_UNAVAILABLE');
    expect(sts.requests).toHaveLength(1);
  });

  it('times out', async () => {
    await using sts = await startSts(() => undefined);
    const error = await thrownBy(() => getCallerIdentity({ ...callTo(sts), timeoutMs: 50 }));
    expect(error.code).toBe('CONN_NETWORK');
    expect(error.message).toContain(sts.endpoint);
  });

  it('is aborted by its signal', async () => {
    await using sts = await startSts(() => undefined);
    const signal = AbortSignal.timeout(50);
    expect((await thrownBy(() => getCallerIdentity({ ...callTo(sts), signal }))).code).toBe('EXEC_CANCELLED');
  });

  it('names an endpoint that does not respond', async () => {
    const sts = await startSts(() => undefined);
    await sts[Symbol.asyncDispose]();
    const error = await thrownBy(() => getCallerIdentity(callTo(sts)));
    expect(error.code).toBe('CONN_NETWORK');
    expect(error.message).toContain(sts.endpoint);
    expect(collectOutput(error)).not.toContain('CANARY');
  });
});

const ROLE = 'arn:aws:iam::123456789012:role/Analyst';
const END = new Date(Math.floor(Date.now() / 1000) * 1000 + 3_600_000);
const role = { roleArn: ROLE, sessionName: 'dynadbc-ana', durationSeconds: 900 };

describe('assumeRole', () => {
  it('sends a signed request for the role and returns its credentials', async () => {
    await using sts = await startSts(() => stsCredentials('AssumeRole', 'ASIA1', END));
    expect(await assumeRole({ ...callTo(sts), ...role, externalId: 'x-1' })).toEqual({
      accessKeyId: 'ASIA1',
      secretAccessKey: 'CANARY-SECRET-OF-ASIA1',
      sessionToken: 'CANARY-TOKEN-OF-ASIA1',
      expiration: END,
      accountId: '123456789012',
      origin: `role ${ROLE}`,
    });
    expect(toFields(sts.requests[0])).toEqual({
      Action: 'AssumeRole',
      Version: '2011-06-15',
      RoleArn: ROLE,
      RoleSessionName: 'dynadbc-ana',
      DurationSeconds: '900',
      ExternalId: 'x-1',
    });
    expect(sts.requests[0]?.authorization).toContain('AKIAABCDEFGHIJKLMNOP/');
  });

  it('sends the one-time code', async () => {
    await using sts = await startSts(() => stsCredentials('AssumeRole', 'ASIA1'));
    await assumeRole({ ...callTo(sts), ...role, mfa: { serialNumber: 'GAHT12345678', code: '987654' } });
    expect(toFields(sts.requests[0])).toMatchObject({ SerialNumber: 'GAHT12345678', TokenCode: '987654' });
  });

  it.each([
    [
      'AccessDenied',
      'User: x is not authorized to perform: sts:AssumeRole',
      'AUTH_DENIED',
      /Not authorized to assume/,
    ],
    [
      'AccessDenied',
      'MultiFactorAuthentication failed with invalid MFA one time pass code.',
      'AUTH_REFUSED',
      /one-time code/,
    ],
    [
      'AccessDenied',
      'MultiFactorAuthentication failed, unable to validate MFA code.',
      'AUTH_REFUSED',
      /device GAHT12345678/,
    ],
    ['AccessDenied', 'Roles may not be assumed by root accounts.', 'AUTH_DENIED', /by root accounts/],
    [
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration',
      'CONN_BAD_VALUE',
      /TemporaryTokenDuration is 900/,
    ],
    [
      'ValidationError',
      'exceeds the 1 hour session limit for roles assumed by role chaining',
      'CONN_BAD_VALUE',
      /3600 seconds/,
    ],
    ['ValidationError', 'CANARY failed to satisfy constraint', 'AUTH_REFUSED', /rejected the parameters/],
    ['Throttling', 'Rate exceeded', 'AUTH_UNAVAILABLE', /temporarily unavailable/],
    ['SignatureDoesNotMatch', 'Signature expired: 20260101', 'AUTH_REFUSED', /clock/],
    ['SignatureDoesNotMatch', 'CANARY', 'AUTH_REFUSED', /secret key does not match/],
  ])('explains %s "%s"', async (name, text, code, message) => {
    await using sts = await startSts(() => stsError(400, name, text));
    const error = await thrownBy(() =>
      assumeRole({ ...callTo(sts), ...role, mfa: { serialNumber: 'GAHT12345678', code: '987654' } }),
    );
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(collectOutput(error)).not.toContain('CANARY');
    expect(collectOutput(error)).not.toContain('987654');
  });

  it.each([
    ['no XML', 'hello'],
    ['no credentials', '<AssumeRoleResponse><AssumeRoleResult></AssumeRoleResult></AssumeRoleResponse>'],
    ['no end', stsCredentials('AssumeRole', 'A').body.replace(/<Expiration>.*<.Expiration>/, '')],
    [
      'no secret',
      stsCredentials('AssumeRole', 'A').body.replace(/<SecretAccessKey>.*<.SecretAccessKey>/, ''),
    ],
    ['an empty token', stsCredentials('AssumeRole', 'A').body.replace(/(?<=<SessionToken>)[^<]*/, '')],
    [
      'a line break in the token',
      stsCredentials('AssumeRole', 'A').body.replace('<SessionToken>', '$&a&#13;&#10;x: '),
    ],
    ['two tokens', stsCredentials('AssumeRole', 'A').body.replace('<SessionToken>', '$&a</SessionToken>$&')],
    ['an heir', stsCredentials('AssumeRole', 'A').body.replaceAll('Credentials>', '__proto__>')],
    [
      'seconds for an end',
      stsCredentials('AssumeRole', 'A').body.replace(/(?<=<Expiration>)[^<]*/, '1767229200'),
    ],
    ['an end of no zone', stsCredentials('AssumeRole', 'A').body.replace(/(?<=<Expiration>.*)Z(?=<)/, '')],
    ['no time for an end', stsCredentials('AssumeRole', 'A').body.replace(/(?<=<Expiration>)[^<]*/, 'soon')],
    ['too much', 'x'.repeat(400_000)],
  ])('reports a response with %s as malformed', async (_, body) => {
    await using sts = await startSts(() => ({ status: 200, body }));
    const error = await thrownBy(() => assumeRole({ ...callTo(sts), ...role }));
    expect(error.code).toBe('AUTH_MALFORMED');
    expect(collectOutput(error)).not.toContain('CANARY-SECRET');
  });

  it('signs again with the right time if the local clock is wrong', async () => {
    const HOURS_MS = 2 * 3_600_000;
    const headers = { date: new Date(Date.now() + HOURS_MS).toUTCString() };
    const end = new Date(Math.floor(Date.now() / 1000) * 1000 + HOURS_MS + 3_600_000);
    await using sts = await startSts(() => ({
      headers,
      ...(sts.requests.length === 1
        ? stsError(403, 'SignatureDoesNotMatch', 'Signature expired')
        : stsCredentials('AssumeRole', 'ASIA1', end)),
    }));
    const { expiration } = await assumeRole({ ...callTo(sts), ...role });
    const left = (expiration?.getTime() ?? 0) - Date.now();
    expect(Math.abs(left - 3_600_000)).toBeLessThan(60_000);
    expect(sts.requests).toHaveLength(2);
  });

  it('does not retry twice if the right time did not help', async () => {
    const headers = { date: new Date(Date.now() + 7_200_000).toUTCString() };
    await using sts = await startSts(() => ({
      headers,
      ...stsError(403, 'SignatureDoesNotMatch', 'Signature expired'),
    }));
    expect((await thrownBy(() => assumeRole({ ...callTo(sts), ...role }))).message).toContain('clock');
    expect(sts.requests).toHaveLength(2);
  });
});

describe('getSessionToken', () => {
  it('starts a session with a one-time code', async () => {
    await using sts = await startSts(() => stsCredentials('GetSessionToken', 'ASIA2', END));
    const mfa = { serialNumber: 'arn:aws:iam::123456789012:mfa/ana', code: '987654' };
    expect(await getSessionToken({ ...callTo(sts), durationSeconds: 3600, mfa })).toMatchObject({
      accessKeyId: 'ASIA2',
      expiration: END,
      origin: 'session with the MFA device arn:aws:iam::123456789012:mfa/ana',
    });
    expect(toFields(sts.requests[0])).toEqual({
      Action: 'GetSessionToken',
      Version: '2011-06-15',
      DurationSeconds: '3600',
      SerialNumber: mfa.serialNumber,
      TokenCode: '987654',
    });
  });

  it('explains that session credentials cannot start a session', async () => {
    await using sts = await startSts(() =>
      stsError(403, 'AccessDenied', 'Cannot call GetSessionToken with session credentials'),
    );
    const error = await thrownBy(() => getSessionToken({ ...callTo(sts), durationSeconds: 3600 }));
    expect(error.message).toContain('Cannot call GetSessionToken with session credentials');
    expect(error.remedy).toContain('AWSRoleARN');
  });
});

describe('assumeRoleWithWebIdentity', () => {
  const call = { region: 'eu-west-1', roleArn: ROLE, sessionName: 'pod', token: new Secret('CANARY.JWT.x') };

  it('exchanges the token for credentials, without a signature', async () => {
    await using sts = await startSts(() => stsCredentials('AssumeRoleWithWebIdentity', 'ASIA3', END));
    const credentials = await assumeRoleWithWebIdentity({ ...call, endpoint: sts.endpoint });
    expect(credentials).toMatchObject({ accessKeyId: 'ASIA3', expiration: END });
    expect(sts.requests[0]?.authorization).toBe('');
    expect(toFields(sts.requests[0])).toEqual({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: ROLE,
      RoleSessionName: 'pod',
      WebIdentityToken: 'CANARY.JWT.x',
    });
  });

  it.each([
    ['InvalidIdentityToken', 'AUTH_REFUSED'],
    ['ExpiredTokenException', 'AUTH_EXPIRED'],
    ['IDPRejectedClaim', 'AUTH_REFUSED'],
    ['IDPCommunicationError', 'AUTH_UNAVAILABLE'],
  ])('reports %s without the token', async (name, code) => {
    await using sts = await startSts(() => stsError(400, name, 'Token CANARY.JWT.x'));
    const error = await thrownBy(() => assumeRoleWithWebIdentity({ ...call, endpoint: sts.endpoint }));
    expect(error.code).toBe(code);
    expect(collectOutput(error)).not.toContain('CANARY');
  });
});
