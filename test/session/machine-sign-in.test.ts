import { describe, expect, it } from '@jest/globals';
import { connect } from '../../src/host/node/connect.ts';
import { startCognito } from '../doubles/cognito.ts';
import { instanceDocument, startImds } from '../doubles/imds.ts';
import { startJsonServer } from '../doubles/json-server.ts';
import { fakePorts } from '../doubles/ports.ts';
import { type StsDouble, callerIdentity, startSts, stsCredentials } from '../doubles/sts.ts';

const ROLE = 'arn:aws:iam::123456789012:role/Analyst';
const later = new Date(Date.UTC(2026, 0, 1, 3));

/** An STS that accepts every request. */
function openSts(): Promise<StsDouble> {
  return startSts((body) => {
    const operation = new URLSearchParams(body).get('Action') ?? '';
    return operation === 'GetCallerIdentity'
      ? callerIdentity('arn:aws:sts::123456789012:assumed-role/Analyst/me')
      : stsCredentials(operation, 'ASIAOFTHEROLE0000', later);
  });
}

/** The identity of a connection in that environment. */
async function getIdentity(sts: StsDouble, text: string, env: Record<string, string> = {}): Promise<object> {
  const ports = fakePorts({ env, files: { '/token': 'eyJ.t.s' } });
  await using connection = await connect(`AWSRegion=eu-west-1;STSEndpoint=${sts.endpoint};${text}`, {
    ports,
  });
  return await connection.whoami();
}

describe('a connection', () => {
  it('on an EC2 instance has the role of the instance', async () => {
    await using sts = await openSts();
    await using imds = await startImds({ document: () => instanceDocument(later) });
    expect(await getIdentity(sts, `AuthScheme=AwsEC2Roles;IMDSEndpoint=${imds.endpoint}`)).toMatchObject({
      scheme: 'AwsEC2Roles',
      accessKeyId: 'ASIA…0000',
      expiration: later,
      source: 'role web-server of this EC2 instance',
    });
  });

  it('in a container has AWSRoleARN, and shows both sources', async () => {
    await using sts = await openSts();
    await using agent = await startJsonServer(() => ({ body: JSON.stringify(instanceDocument(later)) }));
    const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.endpoint}/v1` };
    expect(await getIdentity(sts, `AuthScheme=AwsContainer;AWSRoleARN=${ROLE}`, env)).toMatchObject({
      scheme: 'AwsContainer',
      accessKeyId: 'ASIA…0000',
      source: `role ${ROLE}, via container, ${agent.endpoint}`,
    });
  });

  it('in a pod has the role in its environment', async () => {
    await using sts = await openSts();
    const env = { AWS_ROLE_ARN: ROLE, AWS_WEB_IDENTITY_TOKEN_FILE: '/token' };
    expect(await getIdentity(sts, 'AuthScheme=AwsWebIdentity', env)).toMatchObject({
      scheme: 'AwsWebIdentity',
      source: `role ${ROLE} with the web identity token from /token`,
    });
  });

  it.each(['AwsCognitoSrp', 'AwsCognitoBasic'])('with %s has the user of the pool', async (scheme) => {
    await using sts = await openSts();
    await using cognito = await startCognito({ expiration: () => later.getTime() / 1000 });
    expect(
      await getIdentity(sts, `${cognito.connection.replace('AWSRegion=eu-west-1;', '')}AuthScheme=${scheme}`),
    ).toMatchObject({
      scheme,
      source: expect.stringContaining('user ana@corp.example of eu-west-1_AbCdEf123, identity pool'),
    });
  });

  it('signs in once for concurrent calls, and tries a wrong password once for several connections', async () => {
    await using cognito = await startCognito({ expiration: () => later.getTime() / 1000 });
    await using sts = await openSts();
    const text = `${cognito.connection}AuthScheme=AwsCognitoBasic;STSEndpoint=${sts.endpoint}`;
    await using connection = await connect(text, { ports: fakePorts() });
    await Promise.all(Array.from({ length: 10 }, () => connection.whoami()));
    expect(cognito.operations()).toEqual(['InitiateAuth', 'GetId', 'GetCredentialsForIdentity']);
    const wrong = text.replace(/Password='[^']*'/, 'Password=wrong');
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, async () => {
        await using other = await connect(wrong, { ports: fakePorts() });
        return await other.whoami();
      }),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'rejected'));
    expect(cognito.operations().slice(3)).toEqual(['InitiateAuth']);
  });
});
