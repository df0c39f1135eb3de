import { describe, expect, it } from '@jest/globals';
import { awsCognitoBasic } from '../../src/authschemes/aws-cognito-basic.ts';
import { awsCognitoSrp } from '../../src/authschemes/aws-cognito-srp.ts';
import { computeSecretHash } from '../../src/cognito/user-pool.ts';
import { DriverError } from '../../src/core/errors.ts';
import type { PromptRequest } from '../../src/core/ports.ts';
import { Secret } from '../../src/core/secret.ts';
import {
  type CognitoSetup,
  CLIENT_ID,
  IDENTITY_POOL,
  USER_POOL,
  refuse,
  startCognito,
} from '../doubles/cognito.ts';
import { type FakePorts, fakePorts } from '../doubles/ports.ts';
import { collectOutput } from '../support/collect-output.ts';
import { createSource } from '../support/create-source.ts';
import { thrownBy } from '../support/thrown.ts';

const neverAborted = new AbortController().signal;
const totp = { name: 'SOFTWARE_TOKEN_MFA', right: { SOFTWARE_TOKEN_MFA_CODE: '123456' } };

/** Ports of a user who answers prompts. */
function portsAnswering(...answers: string[]): FakePorts & { readonly asked: PromptRequest[] } {
  const asked: PromptRequest[] = [];
  return Object.assign(fakePorts(), {
    asked,
    async prompt(request: PromptRequest) {
      asked.push(request);
      return answers.shift() ?? '';
    },
  });
}

describe.each([
  ['AwsCognitoSrp', awsCognitoSrp, ['InitiateAuth', 'RespondToAuthChallenge']],
  ['AwsCognitoBasic', awsCognitoBasic, ['InitiateAuth']],
] as const)('AuthScheme %s', (_, scheme, signInCalls) => {
  it.each([undefined, 'CANARY-client-secret'])('signs in with the client secret %s', async (clientSecret) => {
    await using cognito = await startCognito(clientSecret === undefined ? {} : { clientSecret });
    const source = await createSource(scheme, cognito.connection, fakePorts());
    expect(await source(neverAborted)).toEqual({
      accessKeyId: 'ASIAusual',
      secretAccessKey: 'CANARY-secret',
      sessionToken: 'CANARY-session',
      expiration: new Date('2026-01-01T01:00:00Z'),
      origin: `user ana@corp.example of ${USER_POOL}, identity pool ${IDENTITY_POOL}`,
    });
    expect(cognito.operations()).toEqual([...signInCalls, 'GetId', 'GetCredentialsForIdentity']);
  });

  it('requests the role in AWSRoleARN from the identity pool', async () => {
    await using cognito = await startCognito();
    const role = 'AWSRoleARN=arn:aws:iam::123456789012:role/Analyst';
    const source = await createSource(scheme, cognito.connection + role, fakePorts());
    expect((await source(neverAborted)).accessKeyId).toBe('ASIAAnalyst');
  });

  it('renews credentials with the refresh token, and signs in again if it was revoked', async () => {
    let isRevoked = false;
    await using cognito = await startCognito({
      clientSecret: 'CANARY-client-secret',
      override: (operation, body) =>
        isRevoked && operation === 'InitiateAuth' && body['AuthFlow'] === 'REFRESH_TOKEN_AUTH'
          ? refuse('NotAuthorizedException', 'Refresh Token has expired')
          : undefined,
    });
    const source = await createSource(scheme, cognito.connection, fakePorts());
    await source(neverAborted);
    const first = cognito.operations().length;
    await source(neverAborted);
    expect(cognito.operations().slice(first)).toEqual(['InitiateAuth', 'GetId', 'GetCredentialsForIdentity']);
    isRevoked = true;
    const second = cognito.operations().length;
    await source(neverAborted);
    expect(cognito.operations().slice(second)).toEqual([
      'InitiateAuth',
      ...signInCalls,
      'GetId',
      'GetCredentialsForIdentity',
    ]);
  });

  it('sends a wrong password once and does not show it', async () => {
    await using cognito = await startCognito({ password: 'other' });
    const wrong = cognito.connection.replace("Password='other'", 'Password=CANARY');
    const source = await createSource(scheme, wrong, fakePorts());
    const error = await thrownBy(() => source(neverAborted));
    expect(error.code).toBe('AUTH_REFUSED');
    expect(error.message).toContain('Cognito rejected User or Password');
    expect(cognito.operations()).toEqual(signInCalls);
    expect(collectOutput([error, source])).not.toContain('CANARY');
  });

  it.each(
    Object.entries({
      SOFTWARE_TOKEN_MFA: { SOFTWARE_TOKEN_MFA_CODE: '123456' },
      SMS_MFA: { SMS_MFA_CODE: '123456' },
      SMS_OTP: { SMS_OTP_CODE: '123456' },
      EMAIL_OTP: { EMAIL_OTP_CODE: '123456' },
    }),
  )('responds to %s with MFAToken only', async (name, right) => {
    await using cognito = await startCognito({ clientSecret: 's', challenges: [{ name, right }] });
    const source = await createSource(scheme, `${cognito.connection}MFAToken=123456`, fakePorts());
    expect((await source(neverAborted)).accessKeyId).toBe('ASIAusual');
  });

  it('never sends a code twice', async () => {
    let isRevoked = false;
    await using cognito = await startCognito({
      challenges: [totp],
      override: (operation, body) =>
        isRevoked && operation === 'InitiateAuth' && body['AuthFlow'] === 'REFRESH_TOKEN_AUTH'
          ? refuse('NotAuthorizedException', 'Refresh Token has been revoked')
          : undefined,
    });
    const source = await createSource(scheme, `${cognito.connection}MFAToken=123456`, fakePorts());
    await source(neverAborted);
    isRevoked = true;
    const error = await thrownBy(() => source(neverAborted));
    expect(error.code).toBe('AUTH_CODE_NEEDED');
    expect(error.message).toContain('MFAToken has already been used');
    const codes = cognito.requests.filter(({ body }) => body.includes('SOFTWARE_TOKEN_MFA_CODE'));
    expect(codes).toHaveLength(1);
  });

  it('prompts for the code and shows where it was sent', async () => {
    const parameters = {
      CODE_DELIVERY_DESTINATION: 'a***@c***\u001B[31m',
      CODE_DELIVERY_DELIVERY_MEDIUM: 'EMAIL',
    };
    const right = { EMAIL_OTP_CODE: '654321' };
    await using cognito = await startCognito({ challenges: [{ name: 'EMAIL_OTP', parameters, right }] });
    const ports = portsAnswering(' 654321\n');
    await (
      await createSource(scheme, cognito.connection, ports)
    )(neverAborted);
    expect(ports.asked).toEqual([
      {
        kind: 'code',
        message: 'One-time code for AWS Cognito, from an e-mail to a***@c***31m',
        secret: true,
      },
    ]);
  });

  it('requires MFAToken if prompting is not possible', async () => {
    await using cognito = await startCognito({ challenges: [totp] });
    const source = await createSource(scheme, cognito.connection, fakePorts());
    const error = await thrownBy(() => source(neverAborted));
    expect(error.code).toBe('AUTH_CODE_NEEDED');
    expect(error.message).toContain(
      'the authenticator app: MFAToken is not set, and prompting is not possible',
    );
  });

  it('does not retry a wrong code', async () => {
    await using cognito = await startCognito({ challenges: [totp] });
    const source = await createSource(scheme, `${cognito.connection}MFAToken=000000`, fakePorts());
    expect((await thrownBy(() => source(neverAborted))).message).toContain(
      'Cognito rejected the one-time code',
    );
    expect(cognito.operations()).toEqual([...signInCalls, 'RespondToAuthChallenge']);
  });

  const select = {
    name: 'SELECT_MFA_TYPE',
    parameters: { MFAS_CAN_CHOOSE: '["SMS_MFA","SOFTWARE_TOKEN_MFA"]' },
    right: { ANSWER: 'SOFTWARE_TOKEN_MFA' },
  };

  it('uses the second factor in SSOProperties', async () => {
    await using cognito = await startCognito({ challenges: [select, totp] });
    const more = "MFAToken=123456;SSOProperties='MFAType=TOTP'";
    const source = await createSource(scheme, cognito.connection + more, fakePorts());
    expect((await source(neverAborted)).accessKeyId).toBe('ASIAusual');
  });

  it('lets the user choose the second factor, or lists them', async () => {
    await using cognito = await startCognito({ challenges: [select, totp] });
    const ports = portsAnswering('SOFTWARE_TOKEN_MFA', '123456');
    await (
      await createSource(scheme, cognito.connection, ports)
    )(neverAborted);
    expect(ports.asked[0]).toMatchObject({ kind: 'choice', choices: ['SMS_MFA', 'SOFTWARE_TOKEN_MFA'] });
    const alone = await createSource(scheme, cognito.connection, fakePorts());
    expect((await thrownBy(() => alone(neverAborted))).message).toContain('SMS_MFA, SOFTWARE_TOKEN_MFA');
  });

  const temporary = {
    name: 'NEW_PASSWORD_REQUIRED',
    parameters: { requiredAttributes: '[]', userAttributes: '{}' },
    right: { NEW_PASSWORD: 'CANARY-new' },
  };

  it('sets NewPassword if the password is temporary, and warns about it', async () => {
    await using cognito = await startCognito({ challenges: [temporary] });
    const ports = fakePorts();
    const source = await createSource(scheme, `${cognito.connection}NewPassword=CANARY-new`, ports);
    expect((await source(neverAborted)).accessKeyId).toBe('ASIAusual');
    expect(ports.warnings).toEqual([expect.stringContaining('use the new one in Password from now on')]);
    expect(collectOutput([ports.warnings, source])).not.toContain('CANARY');
  });

  it('requires NewPassword, and lists required attributes', async () => {
    await using cognito = await startCognito({ challenges: [temporary] });
    const source = await createSource(scheme, cognito.connection, fakePorts());
    expect((await thrownBy(() => source(neverAborted))).remedy).toContain('NewPassword');
    const parameters = { requiredAttributes: '["userAttributes.email"]' };
    await using other = await startCognito({ challenges: [{ ...temporary, parameters }] });
    const incomplete = await createSource(scheme, `${other.connection}NewPassword=n`, fakePorts());
    expect((await thrownBy(() => incomplete(neverAborted))).message).toMatch(
      /attributes of the user first: email$/,
    );
  });

  it.each([
    ['MFA_SETUP', 'set up a second factor'],
    ['DEVICE_SRP_AUTH', 'the driver supports passwords and one-time codes'],
  ])('does not support the challenge %s, and suggests a remedy', async (name, remedy) => {
    await using cognito = await startCognito({ challenges: [{ name, right: {} }] });
    const source = await createSource(scheme, cognito.connection, fakePorts());
    const error = await thrownBy(() => source(neverAborted));
    expect(error.code).toBe('AUTH_NOT_SUPPORTED');
    expect(error.remedy).toContain(remedy);
  });

  it('limits the number of challenges', async () => {
    await using cognito = await startCognito({ challenges: Array.from({ length: 20 }, () => totp) });
    const ports = portsAnswering(...Array.from({ length: 20 }, () => '123456'));
    const source = await createSource(scheme, cognito.connection, ports);
    expect((await thrownBy(() => source(neverAborted))).message).toContain('requires more than 8 challenges');
  });
});

/** Rejects one operation. */
function rejecting(operation: string, type: string, message: string): CognitoSetup {
  return { override: (called) => (called === operation ? refuse(type, `${message} CANARY`) : undefined) };
}

const CREDENTIALS = {
  AccessKeyId: 'A',
  SecretKey: 'CANARY',
  SessionToken: 'CANARY',
  Expiration: 1_767_229_200,
};
const withCredentials = (changes: object): string =>
  JSON.stringify({ Credentials: { ...CREDENTIALS, ...changes } });

describe('the credentials of an identity pool', () => {
  it.each([
    ['no credentials', '{}'],
    ['a list', '["CANARY"]'],
    ['inherited credentials', `{"__proto__":{"Credentials":${JSON.stringify(CREDENTIALS)}}}`],
    ['inherited members', `{"Credentials":{"__proto__":${JSON.stringify(CREDENTIALS)}}}`],
    ['a secret that is a number', withCredentials({ SecretKey: 7 })],
    ['a duplicate null secret', withCredentials({}).replace('}}', ',"SecretKey":null}}')],
    ['a line break in the token', withCredentials({ SessionToken: 'CANARY\r\nx: y' })],
    ['no expiration', withCredentials({ Expiration: undefined })],
    ['an expiration in ISO 8601', withCredentials({ Expiration: '2026-01-01T01:00:00Z' })],
    ['an expiration in milliseconds', withCredentials({ Expiration: 1_767_229_200_000 })],
    ['an expiration out of range', withCredentials({ Expiration: 1e300 })],
    ['an expiration that is not a number', withCredentials({}).replace('1767229200', 'NaN')],
  ])('are rejected as malformed: %s', async (_, body) => {
    await using cognito = await startCognito({
      override: (operation) =>
        operation === 'GetCredentialsForIdentity' ? { status: 200, body } : undefined,
    });
    const source = await createSource(awsCognitoBasic, cognito.connection, fakePorts());
    const error = await thrownBy(() => source(neverAborted));
    expect(error.code).toBe('AUTH_MALFORMED');
    expect(collectOutput(error)).not.toContain('CANARY');
  });
});

const claims = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('the ID token of a user pool', () => {
  const SUB = '7c0f-sub';

  it.each([
    ['not a JWT', 'CANARY', 'ana@corp.example'],
    ['no claims', `h.${claims(null)}.s`, 'ana@corp.example'],
    [
      'an inherited name',
      `h.${claims({ ['__proto__']: { 'cognito:username': 'eve' } })}.s`,
      'ana@corp.example',
    ],
    ['a name that is not a string', `h.${claims({ 'cognito:username': ['eve'] })}.s`, 'ana@corp.example'],
    ['expired long ago', `${claims({ alg: 'none' })}.${claims({ 'cognito:username': SUB, exp: 0 })}.`, SUB],
    ['an invalid expiration', `h.${claims({ 'cognito:username': SUB, exp: 'NaN' })}.s`, SUB],
    [
      'a role and a group',
      `h.${claims({ 'cognito:username': SUB, 'cognito:preferred_role': 'CANARY' })}.s`,
      SUB,
    ],
  ])('is used only for the user name of a refresh: %s', async (_, IdToken, name) => {
    const hashes: unknown[] = [];
    await using cognito = await startCognito({
      clientSecret: 'CANARY-client-secret',
      override(operation, body) {
        if (operation === 'GetId') return { status: 200, body: '{"IdentityId":"eu-west-1:x"}' };
        if (operation === 'GetCredentialsForIdentity') return { status: 200, body: withCredentials({}) };
        hashes.push(Object(body['AuthParameters']).SECRET_HASH);
        const AuthenticationResult = { IdToken, RefreshToken: 'CANARY-refresh' };
        return { status: 200, body: JSON.stringify({ AuthenticationResult }) };
      },
    });
    const source = await createSource(awsCognitoBasic, cognito.connection, fakePorts());
    for (let i = 0; i < 2; i++) {
      // The identity pool verifies the token and sets the expiration.
      expect(await source(neverAborted)).toMatchObject({
        accessKeyId: 'A',
        expiration: new Date('2026-01-01T01:00:00Z'),
      });
    }
    const hash = computeSecretHash(name, CLIENT_ID, new Secret('CANARY-client-secret'));
    expect(hashes).toEqual([
      computeSecretHash('ana@corp.example', CLIENT_ID, new Secret('CANARY-client-secret')),
      hash,
    ]);
    const logins = cognito.requests
      .filter(({ body }) => body.includes('Logins'))
      .map(({ body }) => JSON.parse(body));
    expect(new Set(logins.map(({ Logins }) => Object.values(Logins)[0]))).toEqual(new Set([IdToken]));
    expect(logins.some((body) => 'CustomRoleArn' in body)).toBe(false);
  });
});

describe('the errors of Cognito', () => {
  const secret = 'client secret';
  it.each([
    ['InitiateAuth', 'NotAuthorizedException', 'User is disabled.', 'AUTH_REFUSED', 'is disabled'],
    [
      'InitiateAuth',
      'NotAuthorizedException',
      'Password attempts exceeded',
      'AUTH_REFUSED',
      'is temporarily locked',
    ],
    ['InitiateAuth', 'UserNotFoundException', 'User does not exist.', 'AUTH_REFUSED', 'User or Password'],
    ['InitiateAuth', 'UserNotConfirmedException', '', 'AUTH_REFUSED', 'is not confirmed'],
    ['InitiateAuth', 'PasswordResetRequiredException', '', 'AUTH_REFUSED', 'must be reset'],
    ['InitiateAuth', 'ResourceNotFoundException', '', 'AUTH_REFUSED', 'does not exist in its Region'],
    ['InitiateAuth', 'TooManyRequestsException', '', 'AUTH_UNAVAILABLE', 'temporarily unavailable'],
    ['InitiateAuth', 'InternalErrorException', '', 'AUTH_UNAVAILABLE', 'temporarily unavailable'],
    [
      'InitiateAuth',
      'InvalidParameterException',
      'USER_PASSWORD_AUTH flow not enabled for this client',
      'AUTH_REFUSED',
      'does not allow the flow USER_PASSWORD_AUTH',
    ],
    [
      'InitiateAuth',
      'SomethingNew',
      '',
      'AUTH_REFUSED',
      'Cognito rejected the request (Cognito InitiateAuth: SomethingNew)',
    ],
    [
      'GetId',
      'NotAuthorizedException',
      'Token is not from a supported provider',
      'AUTH_REFUSED',
      'does not accept',
    ],
    ['GetId', 'NotAuthorizedException', 'Invalid login token. Token expired', 'AUTH_EXPIRED', 'has expired'],
    [
      'GetCredentialsForIdentity',
      'InvalidIdentityPoolConfigurationException',
      '',
      'AUTH_REFUSED',
      'has no role for this user',
    ],
    [
      'GetCredentialsForIdentity',
      'NotAuthorizedException',
      'Access is forbidden',
      'AUTH_REFUSED',
      'denied credentials',
    ],
  ])('%s: %s %s is %s', async (operation, type, text, code, message) => {
    await using cognito = await startCognito(rejecting(operation, type, text));
    const source = await createSource(awsCognitoBasic, cognito.connection, fakePorts());
    const error = await thrownBy(() => source(neverAborted));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(collectOutput(error)).not.toContain('CANARY');
  });

  it('reports a missing or wrong client secret', async () => {
    await using cognito = await startCognito({ clientSecret: secret });
    const text = cognito.connection.replace(`AWSUserPoolClientAppSecret=${secret};`, '');
    const without = await createSource(awsCognitoSrp, text, fakePorts());
    expect((await thrownBy(() => without(neverAborted))).code).toBe('AUTH_MISSING_PROPERTY');
    const wrong = await createSource(awsCognitoSrp, `${text}AWSUserPoolClientAppSecret=CANARY`, fakePorts());
    const error = await thrownBy(() => wrong(neverAborted));
    expect(error.message).toContain(`AWSUserPoolClientAppSecret is not the secret of AWSUserPoolClientAppId`);
    expect(collectOutput(error)).not.toContain('CANARY');
  });

  it.each([
    ['invalid JSON', { body: 'CANARY <html>' }],
    ['an object without credentials', { body: '{"IdentityId":"x","Credentials":{}}' }],
    [
      'no expiration',
      { body: '{"Credentials":{"AccessKeyId":"a","SecretKey":"CANARY","SessionToken":"t"}}' },
    ],
    ['a megabyte', { body: ' '.repeat(1 << 20) }],
  ])('rejects %s as malformed', async (_, response) => {
    await using cognito = await startCognito({
      override: (operation) => (operation === 'GetCredentialsForIdentity' ? response : undefined),
    });
    const source = await createSource(awsCognitoBasic, cognito.connection, fakePorts());
    const error = await thrownBy(() => source(neverAborted));
    expect(error.code).toBe('AUTH_MALFORMED');
    expect(collectOutput(error)).not.toContain('CANARY');
  });

  it('ends when the caller aborts', async () => {
    await using cognito = await startCognito({ override: () => 'silence' });
    const source = await createSource(awsCognitoBasic, cognito.connection, fakePorts());
    const caller = new AbortController();
    setTimeout(() => caller.abort(new DriverError('CONN_CLOSED', 'aborted by the caller')), 100);
    await expect(source(caller.signal)).rejects.toThrow('aborted by the caller');
  });

  it('reports a server that is not reachable', async () => {
    const cognito = await startCognito();
    await cognito[Symbol.asyncDispose]();
    const source = await createSource(awsCognitoBasic, cognito.connection, fakePorts());
    expect((await thrownBy(() => source(neverAborted))).code).toBe('CONN_NETWORK');
  });
});

describe('the IDs of pools', () => {
  it.each([
    ['AWSUserPoolId=AbC', 'AWSUserPoolId is "AbC"; expected an ID such as eu-west-1_AbCdEf123'],
    [`AWSUserPoolId=${USER_POOL};AWSIdentityPoolId=x`, 'AWSIdentityPoolId is "x"'],
    [
      `AWSUserPoolId=${USER_POOL};AWSIdentityPoolId=${IDENTITY_POOL};AWSCognitoRegion=Ohio`,
      `AWSUserPoolId ${USER_POOL} is in eu-west-1, but AWSCognitoRegion is us-east-2`,
    ],
  ])('%s is rejected before anything is sent', async (text, message) => {
    const rest = `User=a;Password=b;AWSUserPoolClientAppId=${CLIENT_ID};`;
    const error = await thrownBy(() => createSource(awsCognitoSrp, rest + text, fakePorts()));
    expect(error.message).toContain(message);
  });
});
