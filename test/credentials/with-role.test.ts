import { describe, expect, it } from '@jest/globals';
import { type SignIn, signIn } from '../../src/database/sign-in.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import { type FakePorts, fakePorts } from '../doubles/ports.ts';
import { toFields, startSts, stsCredentials } from '../doubles/sts.ts';
import { thrownBy } from '../support/thrown.ts';

const ROLE = 'arn:aws:iam::123456789012:role/Analyst';
const neverAborted = new AbortController().signal;
const keys = 'AWSAccessKey=AKIAABCDEFGHIJKLMNOP;AWSSecretKey=CANARY;AWSRegion=Ireland';
const open = async (text: string, ports: FakePorts = fakePorts()): Promise<SignIn> =>
  signIn((await parseConnection(text, ports)).options, ports);

describe('a role', () => {
  it('is assumed with the access keys as the properties specify', async () => {
    await using sts = await startSts(() => stsCredentials('AssumeRole', 'ASIAROLE00000001'));
    const opened = await open(
      `AuthScheme=AwsIAMRoles;${keys};AWSRoleARN=${ROLE};AWSExternalId=x-1;RoleSessionName=report;` +
        `TemporaryTokenDuration=900;STSEndpoint=${sts.endpoint}`,
    );
    expect(await opened.source(neverAborted)).toMatchObject({
      accessKeyId: 'ASIAROLE00000001',
      accountId: '123456789012',
    });
    expect(toFields(sts.requests[0])).toMatchObject({
      Action: 'AssumeRole',
      RoleArn: ROLE,
      ExternalId: 'x-1',
      RoleSessionName: 'report',
      DurationSeconds: '900',
    });
    expect(sts.requests[0]?.authorization).toContain('/eu-west-1/sts/');
    expect(opened.describe()).toBe(`role ${ROLE}, via AWSAccessKey and AWSSecretKey of the connection`);
    opened.close();
  });

  it('is assumed with temporary credentials, too', async () => {
    await using sts = await startSts(() => stsCredentials('AssumeRole', 'ASIAROLE00000001'));
    const opened = await open(`${keys};AWSSessionToken=TOKEN;AWSRoleARN=${ROLE};STSEndpoint=${sts.endpoint}`);
    expect(opened.scheme).toBe('TemporaryCredentials');
    await opened.source(neverAborted);
    expect(sts.requests[0]?.token).toBe('TOKEN');
    opened.close();
  });

  it.each([
    [{ USER: 'ana' }, 'dynadbc-ana'],
    [{ USERNAME: 'CORP\\José Pérez' }, 'dynadbc-CORPJosPrez'],
    [{ USER: 'a'.repeat(80) }, `dynadbc-${'a'.repeat(56)}`],
    [{}, 'dynadbc'],
  ])('has a session name with the user of %j', async (env, name) => {
    await using sts = await startSts(() => stsCredentials('AssumeRole', 'ASIAROLE00000001'));
    const opened = await open(`${keys};AWSRoleARN=${ROLE};STSEndpoint=${sts.endpoint}`, fakePorts({ env }));
    await opened.source(neverAborted);
    expect(toFields(sts.requests[0])['RoleSessionName']).toBe(name);
    opened.close();
  });

  it('is assumed again when AWS reports its credentials as expired', async () => {
    await using sts = await startSts(() =>
      stsCredentials('AssumeRole', `ASIAROLE0000000${sts.requests.length}`),
    );
    const opened = await open(`${keys};AWSRoleARN=${ROLE};STSEndpoint=${sts.endpoint}`);
    const first = await opened.source(neverAborted);
    expect((await opened.renew(first, neverAborted)).accessKeyId).toBe('ASIAROLE00000002');
    opened.close();
  });

  it.each([
    [`AWSRoleARN=Analyst`, /^AWSRoleARN is "Analyst"; expected the ARN of a role/],
    [`AWSRoleARN=arn:aws:iam::123456789012:user/ana`, /^AWSRoleARN is "arn:aws:iam::123456789012:user\/ana"/],
    [`AWSRoleARN=${ROLE};AWSExternalId=x`, /^AWSExternalId is "x"; expected 2 to 1224/],
    [`AWSRoleARN=${ROLE};RoleSessionName='a b'`, /^RoleSessionName is "a b"; expected 2 to 64/],
    [
      `AWSRoleARN=${ROLE};TemporaryTokenDuration=43201`,
      /^TemporaryTokenDuration is 43201; AssumeRole allows 900 to 43200/,
    ],
    [`MFASerialNumber=short`, /^MFASerialNumber is "short"; expected/],
    [`MFASerialNumber=GAHT12345678;MFAToken=98765`, /^MFAToken is invalid; expected the six digits/],
  ])('is not requested with %s', async (text, message) => {
    const error = await thrownBy(() => open(`${keys};${text}`));
    expect(error.code).toBe('CONN_BAD_VALUE');
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('98765');
  });

  it('can be in other partitions, have a path and the maximum duration', async () => {
    const arn = 'arn:aws-us-gov:iam::123456789012:role/team/a+b=c,d.e@f-g';
    const opened = await open(`${keys};AWSRoleARN=${arn};TemporaryTokenDuration=43200`);
    expect(opened.scheme).toBe('AwsIAMRoles');
    opened.close();
  });

  it('requires a Region, which the profile can set', async () => {
    const files = { '/home/ana/.aws/config': '[default]\nregion=eu-west-2\n' };
    await using sts = await startSts(() => stsCredentials('AssumeRole', 'ASIAROLE00000001'));
    const text = `AWSAccessKey=A;AWSSecretKey=S;AWSRoleARN=${ROLE};STSEndpoint=${sts.endpoint}`;
    const opened = await open(text, fakePorts({ files }));
    await opened.source(neverAborted);
    expect(sts.requests[0]?.authorization).toContain('/eu-west-2/sts/');
    opened.close();
    const withoutRegion = await open(text);
    expect((await thrownBy(() => withoutRegion.source(neverAborted))).code).toBe('CONN_NO_REGION');
    withoutRegion.close();
  });
});
