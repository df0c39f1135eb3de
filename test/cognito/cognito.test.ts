import { describe, expect, it } from '@jest/globals';
import { awsCognitoBasic } from '../../src/authschemes/aws-cognito-basic.ts';
import { awsCognitoSrp } from '../../src/authschemes/aws-cognito-srp.ts';
import { secretHash } from '../../src/cognito/secret-hash.ts';
import { DriverError } from '../../src/core/errors.ts';
import type { PromptRequest } from '../../src/core/ports.ts';
import { Secret } from '../../src/core/secret.ts';
import {
  type CognitoWorld,
  CLIENT_ID,
  IDENTITY_POOL,
  USER_POOL,
  refuse,
  startCognito,
} from '../doubles/cognito.ts';
import { type FakePorts, fakePorts } from '../doubles/ports.ts';
import { printsOf } from '../support/prints.ts';
import { sourceOf } from '../support/source-of.ts';
import { thrownBy } from '../support/thrown.ts';

const nobody = new AbortController().signal;
const totp = { name: 'SOFTWARE_TOKEN_MFA', right: { SOFTWARE_TOKEN_MFA_CODE: '123456' } };

/** Ports of somebody who answers. */
function answering(...answers: string[]): FakePorts & { readonly asked: PromptRequest[] } {
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
  it.each([undefined, 'CANARY-client-secret'])(
    'signs in where the client secret is %s',
    async (clientSecret) => {
      await using cognito = await startCognito(clientSecret === undefined ? {} : { clientSecret });
      const source = await sourceOf(scheme, cognito.connection, fakePorts());
      expect(await source(nobody)).toEqual({
        accessKeyId: 'ASIAusual',
        secretAccessKey: 'CANARY-secret',
        sessionToken: 'CANARY-session',
        expiration: new Date('2026-01-01T01:00:00Z'),
        origin: `user ana@corp.example of ${USER_POOL}, identity pool ${IDENTITY_POOL}`,
      });
      expect(cognito.operations()).toEqual([...signInCalls, 'GetId', 'GetCredentialsForIdentity']);
    },
  );

  it('asks the identity pool for the role that is wanted', async () => {
    await using cognito = await startCognito();
    const role = 'AWSRoleARN=arn:aws:iam::123456789012:role/Analyst';
    const source = await sourceOf(scheme, cognito.connection + role, fakePorts());
    expect((await source(nobody)).accessKeyId).toBe('ASIAAnalyst');
  });

  it('goes on with the refresh token, and signs in again where that has ended', async () => {
    let isOver = false;
    await using cognito = await startCognito({
      clientSecret: 'CANARY-client-secret',
      instead: (operation, body) =>
        isOver && operation === 'InitiateAuth' && body['AuthFlow'] === 'REFRESH_TOKEN_AUTH'
          ? refuse('NotAuthorizedException', 'Refresh Token has expired')
          : undefined,
    });
    const source = await sourceOf(scheme, cognito.connection, fakePorts());
    await source(nobody);
    const first = cognito.operations().length;
    await source(nobody);
    expect(cognito.operations().slice(first)).toEqual(['InitiateAuth', 'GetId', 'GetCredentialsForIdentity']);
    isOver = true;
    const second = cognito.operations().length;
    await source(nobody);
    expect(cognito.operations().slice(second)).toEqual([
      'InitiateAuth',
      ...signInCalls,
      'GetId',
      'GetCredentialsForIdentity',
    ]);
  });

  it('refuses a wrong password once, without showing it', async () => {
    await using cognito = await startCognito({ password: 'other' });
    const wrong = cognito.connection.replace("Password='other'", 'Password=CANARY');
    const source = await sourceOf(scheme, wrong, fakePorts());
    const error = await thrownBy(() => source(nobody));
    expect(error.code).toBe('AUTH_REFUSED');
    expect(error.message).toContain('Cognito refused User or Password');
    expect(cognito.operations()).toEqual(signInCalls);
    expect(printsOf([error, source])).not.toContain('CANARY');
  });

  it.each(
    Object.entries({
      SOFTWARE_TOKEN_MFA: { SOFTWARE_TOKEN_MFA_CODE: '123456' },
      SMS_MFA: { SMS_MFA_CODE: '123456' },
      SMS_OTP: { SMS_OTP_CODE: '123456' },
      EMAIL_OTP: { EMAIL_OTP_CODE: '123456' },
    }),
  )('answers %s with MFAToken, and nothing else', async (name, right) => {
    await using cognito = await startCognito({ clientSecret: 's', questions: [{ name, right }] });
    const source = await sourceOf(scheme, `${cognito.connection}MFAToken=123456`, fakePorts());
    expect((await source(nobody)).accessKeyId).toBe('ASIAusual');
  });

  it('never sends a code twice', async () => {
    let isOver = false;
    await using cognito = await startCognito({
      questions: [totp],
      instead: (operation, body) =>
        isOver && operation === 'InitiateAuth' && body['AuthFlow'] === 'REFRESH_TOKEN_AUTH'
          ? refuse('NotAuthorizedException', 'Refresh Token has been revoked')
          : undefined,
    });
    const source = await sourceOf(scheme, `${cognito.connection}MFAToken=123456`, fakePorts());
    await source(nobody);
    isOver = true;
    const error = await thrownBy(() => source(nobody));
    expect(error.code).toBe('AUTH_CODE_NEEDED');
    expect(error.message).toContain('MFAToken was used already');
    const codes = cognito.heard.filter(({ body }) => body.includes('SOFTWARE_TOKEN_MFA_CODE'));
    expect(codes).toHaveLength(1);
  });

  it('asks the person for the code, and says where it was sent', async () => {
    const parameters = {
      CODE_DELIVERY_DESTINATION: 'a***@c***\u001B[31m',
      CODE_DELIVERY_DELIVERY_MEDIUM: 'EMAIL',
    };
    const right = { EMAIL_OTP_CODE: '654321' };
    await using cognito = await startCognito({ questions: [{ name: 'EMAIL_OTP', parameters, right }] });
    const ports = answering(' 654321\n');
    await (
      await sourceOf(scheme, cognito.connection, ports)
    )(nobody);
    expect(ports.asked).toEqual([
      {
        kind: 'code',
        message: 'One-time code for AWS Cognito, from an e-mail to a***@c***31m',
        secret: true,
      },
    ]);
  });

  it('says that a code is needed where nobody listens', async () => {
    await using cognito = await startCognito({ questions: [totp] });
    const source = await sourceOf(scheme, cognito.connection, fakePorts());
    const error = await thrownBy(() => source(nobody));
    expect(error.code).toBe('AUTH_CODE_NEEDED');
    expect(error.message).toContain('the authenticator app: there is no MFAToken and nobody to ask');
  });

  it('refuses a wrong code without another try', async () => {
    await using cognito = await startCognito({ questions: [totp] });
    const source = await sourceOf(scheme, `${cognito.connection}MFAToken=000000`, fakePorts());
    expect((await thrownBy(() => source(nobody))).message).toContain('The one-time code is wrong');
    expect(cognito.operations()).toEqual([...signInCalls, 'RespondToAuthChallenge']);
  });

  const select = {
    name: 'SELECT_MFA_TYPE',
    parameters: { MFAS_CAN_CHOOSE: '["SMS_MFA","SOFTWARE_TOKEN_MFA"]' },
    right: { ANSWER: 'SOFTWARE_TOKEN_MFA' },
  };

  it('chooses the second factor of SSOProperties', async () => {
    await using cognito = await startCognito({ questions: [select, totp] });
    const more = "MFAToken=123456;SSOProperties='MFAType=TOTP'";
    const source = await sourceOf(scheme, cognito.connection + more, fakePorts());
    expect((await source(nobody)).accessKeyId).toBe('ASIAusual');
  });

  it('lets the person choose the second factor, or lists them', async () => {
    await using cognito = await startCognito({ questions: [select, totp] });
    const ports = answering('SOFTWARE_TOKEN_MFA', '123456');
    await (
      await sourceOf(scheme, cognito.connection, ports)
    )(nobody);
    expect(ports.asked[0]).toMatchObject({ kind: 'choice', choices: ['SMS_MFA', 'SOFTWARE_TOKEN_MFA'] });
    const alone = await sourceOf(scheme, cognito.connection, fakePorts());
    expect((await thrownBy(() => alone(nobody))).message).toContain('SMS_MFA, SOFTWARE_TOKEN_MFA');
  });

  const temporary = {
    name: 'NEW_PASSWORD_REQUIRED',
    parameters: { requiredAttributes: '[]', userAttributes: '{}' },
    right: { NEW_PASSWORD: 'CANARY-new' },
  };

  it('sets NewPassword where the password is temporary, and says so', async () => {
    await using cognito = await startCognito({ questions: [temporary] });
    const ports = fakePorts();
    const source = await sourceOf(scheme, `${cognito.connection}NewPassword=CANARY-new`, ports);
    expect((await source(nobody)).accessKeyId).toBe('ASIAusual');
    expect(ports.warnings).toEqual([expect.stringContaining('give it as Password')]);
    expect(printsOf([ports.warnings, source])).not.toContain('CANARY');
  });

  it('says that a new password is needed, and which attributes', async () => {
    await using cognito = await startCognito({ questions: [temporary] });
    const source = await sourceOf(scheme, cognito.connection, fakePorts());
    expect((await thrownBy(() => source(nobody))).remedy).toContain('NewPassword');
    const parameters = { requiredAttributes: '["userAttributes.email"]' };
    await using other = await startCognito({ questions: [{ ...temporary, parameters }] });
    const wanting = await sourceOf(scheme, `${other.connection}NewPassword=n`, fakePorts());
    expect((await thrownBy(() => wanting(nobody))).message).toMatch(/attributes of the user first: email$/);
  });

  it.each([
    ['MFA_SETUP', 'set up a second factor'],
    ['DEVICE_SRP_AUTH', 'passwords with one-time codes are supported'],
  ])('cannot answer %s, and says what helps', async (name, remedy) => {
    await using cognito = await startCognito({ questions: [{ name, right: {} }] });
    const source = await sourceOf(scheme, cognito.connection, fakePorts());
    const error = await thrownBy(() => source(nobody));
    expect(error.code).toBe('AUTH_NOT_SUPPORTED');
    expect(error.remedy).toContain(remedy);
  });

  it('ends a sign-in that asks for ever', async () => {
    await using cognito = await startCognito({ questions: Array.from({ length: 20 }, () => totp) });
    const ports = answering(...Array.from({ length: 20 }, () => '123456'));
    const source = await sourceOf(scheme, cognito.connection, ports);
    expect((await thrownBy(() => source(nobody))).message).toContain('went on asking after 8 answers');
  });
});

/** A world in which one operation is refused. */
function refusing(operation: string, type: string, message: string): CognitoWorld {
  return { instead: (asked) => (asked === operation ? refuse(type, `${message} CANARY`) : undefined) };
}

const GIVEN = { AccessKeyId: 'A', SecretKey: 'CANARY', SessionToken: 'CANARY', Expiration: 1_767_229_200 };
const given = (changes: object): string => JSON.stringify({ Credentials: { ...GIVEN, ...changes } });

describe('what an identity pool gives', () => {
  it.each([
    ['no credentials', '{}'],
    ['a list', '["CANARY"]'],
    ['an heir', `{"__proto__":{"Credentials":${JSON.stringify(GIVEN)}}}`],
    ['a heritage', `{"Credentials":{"__proto__":${JSON.stringify(GIVEN)}}}`],
    ['a secret that is a number', given({ SecretKey: 7 })],
    ['a secret that is said again as none', given({}).replace('}}', ',"SecretKey":null}}')],
    ['a line break in the token', given({ SessionToken: 'CANARY\r\nx: y' })],
    ['no end', given({ Expiration: undefined })],
    ['an end in ISO 8601', given({ Expiration: '2026-01-01T01:00:00Z' })],
    ['an end in milliseconds', given({ Expiration: 1_767_229_200_000 })],
    ['an end beyond all', given({ Expiration: 1e300 })],
    ['an end that is no number', given({}).replace('1767229200', 'NaN')],
  ])('is malformed where it is %s', async (_, body) => {
    await using cognito = await startCognito({
      instead: (operation) => (operation === 'GetCredentialsForIdentity' ? { status: 200, body } : undefined),
    });
    const source = await sourceOf(awsCognitoBasic, cognito.connection, fakePorts());
    const error = await thrownBy(() => source(nobody));
    expect(error.code).toBe('AUTH_MALFORMED');
    expect(printsOf(error)).not.toContain('CANARY');
  });
});

const claims = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('the ID token of a user pool', () => {
  const SUB = '7c0f-sub';

  it.each([
    ['nothing that can be read', 'CANARY', 'ana@corp.example'],
    ['no claims', `h.${claims(null)}.s`, 'ana@corp.example'],
    [
      'an inherited name',
      `h.${claims({ ['__proto__']: { 'cognito:username': 'eve' } })}.s`,
      'ana@corp.example',
    ],
    ['a name of another kind', `h.${claims({ 'cognito:username': ['eve'] })}.s`, 'ana@corp.example'],
    ['an end long ago', `${claims({ alg: 'none' })}.${claims({ 'cognito:username': SUB, exp: 0 })}.`, SUB],
    ['an end that is never', `h.${claims({ 'cognito:username': SUB, exp: 'NaN' })}.s`, SUB],
    [
      'a role and a group',
      `h.${claims({ 'cognito:username': SUB, 'cognito:preferred_role': 'CANARY' })}.s`,
      SUB,
    ],
  ])('decides nothing but the name that a refresh goes by: %s', async (_, IdToken, name) => {
    const hashes: unknown[] = [];
    await using cognito = await startCognito({
      clientSecret: 'CANARY-client-secret',
      instead(operation, body) {
        if (operation === 'GetId') return { status: 200, body: '{"IdentityId":"eu-west-1:x"}' };
        if (operation === 'GetCredentialsForIdentity') return { status: 200, body: given({}) };
        hashes.push(Object(body['AuthParameters']).SECRET_HASH);
        const AuthenticationResult = { IdToken, RefreshToken: 'CANARY-refresh' };
        return { status: 200, body: JSON.stringify({ AuthenticationResult }) };
      },
    });
    const source = await sourceOf(awsCognitoBasic, cognito.connection, fakePorts());
    for (let i = 0; i < 2; i++) {
      // The identity pool judges the token, and says when its credentials end.
      expect(await source(nobody)).toMatchObject({
        accessKeyId: 'A',
        expiration: new Date('2026-01-01T01:00:00Z'),
      });
    }
    const hash = secretHash(name, CLIENT_ID, new Secret('CANARY-client-secret'));
    expect(hashes).toEqual([
      secretHash('ana@corp.example', CLIENT_ID, new Secret('CANARY-client-secret')),
      hash,
    ]);
    const logins = cognito.heard
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
    ['InitiateAuth', 'NotAuthorizedException', 'Password attempts exceeded', 'AUTH_REFUSED', 'is locked'],
    ['InitiateAuth', 'UserNotFoundException', 'User does not exist.', 'AUTH_REFUSED', 'User or Password'],
    ['InitiateAuth', 'UserNotConfirmedException', '', 'AUTH_REFUSED', 'not been confirmed'],
    ['InitiateAuth', 'PasswordResetRequiredException', '', 'AUTH_REFUSED', 'must be reset'],
    ['InitiateAuth', 'ResourceNotFoundException', '', 'AUTH_REFUSED', 'does not know this pool'],
    ['InitiateAuth', 'TooManyRequestsException', '', 'AUTH_UNAVAILABLE', 'busy'],
    ['InitiateAuth', 'InternalErrorException', '', 'AUTH_UNAVAILABLE', 'busy'],
    [
      'InitiateAuth',
      'InvalidParameterException',
      'USER_PASSWORD_AUTH flow not enabled for this client',
      'AUTH_REFUSED',
      'does not allow sign-in with user and password',
    ],
    [
      'InitiateAuth',
      'SomethingNew',
      '',
      'AUTH_REFUSED',
      'Cognito refused (Cognito InitiateAuth: SomethingNew)',
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
      'does not give',
    ],
  ])('%s: %s %s is %s', async (operation, type, said, code, message) => {
    await using cognito = await startCognito(refusing(operation, type, said));
    const source = await sourceOf(awsCognitoBasic, cognito.connection, fakePorts());
    const error = await thrownBy(() => source(nobody));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(printsOf(error)).not.toContain('CANARY');
  });

  it('names the client secret that is missing or wrong', async () => {
    await using cognito = await startCognito({ clientSecret: secret });
    const text = cognito.connection.replace(`AWSUserPoolClientAppSecret=${secret};`, '');
    const without = await sourceOf(awsCognitoSrp, text, fakePorts());
    expect((await thrownBy(() => without(nobody))).code).toBe('AUTH_MISSING_PROPERTY');
    const wrong = await sourceOf(awsCognitoSrp, `${text}AWSUserPoolClientAppSecret=CANARY`, fakePorts());
    const error = await thrownBy(() => wrong(nobody));
    expect(error.message).toContain(`AWSUserPoolClientAppSecret is not the secret of AWSUserPoolClientAppId`);
    expect(printsOf(error)).not.toContain('CANARY');
  });

  it.each([
    ['text that is no JSON', { body: 'CANARY <html>' }],
    ['an object without credentials', { body: '{"IdentityId":"x","Credentials":{}}' }],
    [
      'a time that is none',
      { body: '{"Credentials":{"AccessKeyId":"a","SecretKey":"CANARY","SessionToken":"t"}}' },
    ],
    ['a megabyte', { body: ' '.repeat(1 << 20) }],
  ])('calls %s malformed', async (_, told) => {
    await using cognito = await startCognito({
      instead: (operation) => (operation === 'GetCredentialsForIdentity' ? told : undefined),
    });
    const source = await sourceOf(awsCognitoBasic, cognito.connection, fakePorts());
    const error = await thrownBy(() => source(nobody));
    expect(error.code).toBe('AUTH_MALFORMED');
    expect(printsOf(error)).not.toContain('CANARY');
  });

  it('ends when its caller gives up', async () => {
    await using cognito = await startCognito({ instead: () => 'silence' });
    const source = await sourceOf(awsCognitoBasic, cognito.connection, fakePorts());
    const leaving = new AbortController();
    setTimeout(() => leaving.abort(new DriverError('CONN_CLOSED', 'left')), 100);
    await expect(source(leaving.signal)).rejects.toThrow('left');
  });

  it('tells that nobody answers', async () => {
    const cognito = await startCognito();
    await cognito[Symbol.asyncDispose]();
    const source = await sourceOf(awsCognitoBasic, cognito.connection, fakePorts());
    expect((await thrownBy(() => source(nobody))).code).toBe('CONN_NETWORK');
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
  ])('%s is refused before anything is sent', async (text, message) => {
    const rest = `User=a;Password=b;AWSUserPoolClientAppId=${CLIENT_ID};`;
    const error = await thrownBy(() => sourceOf(awsCognitoSrp, rest + text, fakePorts()));
    expect(error.message).toContain(message);
  });
});
