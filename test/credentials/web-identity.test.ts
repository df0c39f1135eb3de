import { describe, expect, it } from '@jest/globals';
import { awsWebIdentity } from '../../src/authschemes/aws-web-identity.ts';
import { fakePorts } from '../doubles/ports.ts';
import { type StsDouble, toFields, startSts, stsCredentials, stsError } from '../doubles/sts.ts';
import { collectOutput } from '../support/collect-output.ts';
import { createSource } from '../support/create-source.ts';
import { thrownBy } from '../support/thrown.ts';

const neverAborted = new AbortController().signal;
const ROLE = 'arn:aws:iam::123456789012:role/Pod';
const OTHER = 'arn:aws:iam::123456789012:role/Other';
const FILE = '/var/run/secrets/eks/token';

/** An STS that takes the token. */
async function open(): Promise<StsDouble> {
  return startSts(() =>
    stsCredentials('AssumeRoleWithWebIdentity', 'ASIAPOD', new Date('2026-01-01T01:00:00Z')),
  );
}
const pod = { AWS_ROLE_ARN: ROLE, AWS_WEB_IDENTITY_TOKEN_FILE: FILE, AWS_ROLE_SESSION_NAME: 'pod-7' };
const at = (sts: StsDouble): string => `AWSRegion=eu-west-1;STSEndpoint=${sts.endpoint};`;

describe('AuthScheme AwsWebIdentity', () => {
  it('uses the environment of the pod, sends an unsigned request and reads the file each time', async () => {
    await using sts = await open();
    const files: Record<string, string> = { [FILE]: 'eyJ.one.sig\n' };
    const ports = { ...fakePorts({ env: pod }), readFile: async (path: string) => files[path] };
    const source = await createSource(awsWebIdentity, at(sts), ports);
    expect(await source(neverAborted)).toMatchObject({
      accessKeyId: 'ASIAPOD',
      secretAccessKey: 'CANARY-SECRET-OF-ASIAPOD',
      sessionToken: 'CANARY-TOKEN-OF-ASIAPOD',
      expiration: new Date('2026-01-01T01:00:00Z'),
      origin: `role ${ROLE} with the web identity token from ${FILE}`,
    });
    files[FILE] = 'eyJ.two.sig';
    await source(neverAborted);
    expect(toFields(sts.requests[0])).toMatchObject({
      Action: 'AssumeRoleWithWebIdentity',
      RoleArn: ROLE,
      RoleSessionName: 'pod-7',
      WebIdentityToken: 'eyJ.one.sig',
    });
    expect(toFields(sts.requests[0])).not.toHaveProperty('DurationSeconds');
    expect(toFields(sts.requests[1])['WebIdentityToken']).toBe('eyJ.two.sig');
    expect(sts.requests.map(({ authorization }) => authorization)).toEqual(['', '']);
  });

  it('prefers the properties to the environment', async () => {
    await using sts = await open();
    const text = `AWSRoleARN=${OTHER};AWSWebIdentityToken=CANARY.t.s;RoleSessionName=mine;TemporaryTokenDuration=1800`;
    const source = await createSource(awsWebIdentity, at(sts) + text, fakePorts({ env: pod }));
    expect((await source(neverAborted)).origin).toBe(
      `role ${OTHER} with the web identity token from AWSWebIdentityToken`,
    );
    expect(toFields(sts.requests[0])).toMatchObject({
      RoleArn: OTHER,
      WebIdentityToken: 'CANARY.t.s',
      RoleSessionName: 'mine',
      DurationSeconds: '1800',
    });
  });

  it.each([
    [
      '',
      {},
      'AUTH_MISSING_PROPERTY',
      'AWSRoleARN (or AWS_ROLE_ARN in the environment) and AWSWebIdentityToken or',
    ],
    ['AWSWebIdentityToken=CANARY', {}, 'AUTH_MISSING_PROPERTY', 'requires AWSRoleARN'],
    [
      `AWSRoleARN=${ROLE}`,
      {},
      'AUTH_MISSING_PROPERTY',
      'requires AWSWebIdentityToken or AWSWebIdentityTokenFile',
    ],
    [
      `AWSRoleARN=${ROLE};AWSWebIdentityToken=CANARY;AWSWebIdentityTokenFile=/x`,
      {},
      'AUTH_CONFLICTING_PROPERTY',
      'AWSWebIdentityToken and AWSWebIdentityTokenFile cannot both be set',
    ],
    ['AWSRoleARN=Analyst;AWSWebIdentityToken=CANARY', {}, 'CONN_BAD_VALUE', 'AWSRoleARN is "Analyst"'],
  ])('with %j reports the error before anything is sent', async (text, env, code, message) => {
    const error = await thrownBy(() =>
      createSource(awsWebIdentity, `AWSRegion=eu-west-1;${text}`, fakePorts({ env })),
    );
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(collectOutput(error)).not.toContain('CANARY');
  });

  it.each([
    [`AWSWebIdentityTokenFile=/none`, 'could not open web identity token file "/none": no such file'],
    [`AWSWebIdentityTokenFile=/empty`, '/empty is empty'],
    [`AWSWebIdentityTokenFile=/page`, '/page does not contain a token'],
    [`AWSWebIdentityTokenFile=/locked`, 'could not read file "/locked": permission denied'],
    [`AWSWebIdentityToken=/var/run/token`, 'AWSWebIdentityToken contains a path instead of a token'],
  ])('with %s reports that there is no token', async (text, message) => {
    await using sts = await open();
    const files = { '/empty': ' \n', '/page': '<html>CANARY</html> CANARY' };
    const ports = fakePorts({ files, forbidden: ['/locked'] });
    const source = await createSource(awsWebIdentity, `${at(sts)}AWSRoleARN=${ROLE};${text}`, ports);
    const error = await thrownBy(() => source(neverAborted));
    expect(error.code).toBe('AUTH_NO_CREDENTIALS');
    expect(error.message).toContain(message);
    expect(collectOutput(error)).not.toContain('CANARY');
    expect(sts.requests).toEqual([]);
  });

  it.each(['InvalidIdentityToken', 'ExpiredTokenException', 'IDPRejectedClaim', 'AccessDenied'])(
    'reports %s without the token',
    async (name) => {
      await using sts = await startSts(() => stsError(400, name, 'CANARY.t.s'));
      const text = `AWSRoleARN=${ROLE};AWSWebIdentityToken=CANARY.t.s`;
      const source = await createSource(awsWebIdentity, at(sts) + text, fakePorts());
      const error = await thrownBy(() => source(neverAborted));
      expect(error.code).toMatch(/^AUTH_(REFUSED|EXPIRED|DENIED)$/);
      expect(error.message).toContain(name);
      expect(collectOutput(error)).not.toContain('CANARY');
    },
  );
});
