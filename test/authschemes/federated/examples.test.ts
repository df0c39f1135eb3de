import { describe, expect, it } from '@jest/globals';
import { connect } from '../../../src/index.ts';
import { startAdfs } from '../../doubles/adfs.ts';
import { startPing } from '../../doubles/pingfederate.ts';
import { type TestAuthority, testAuthority } from '../../support/certificates.ts';
import { PROVIDER, ROLE } from '../../support/saml.ts';
import { federatedWorld, type FederatedWorld } from './federated-world.ts';

const authority = testAuthority();
const describeWithTls = 'skipped' in authority ? describe.skip : describe;
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing runs without one
const { ca, server: pair } = authority as TestAuthority;

async function rowsOf(text: string, world: FederatedWorld): Promise<number> {
  const doubles = `SSLServerCert='${ca}';STSEndpoint=${world.sts.endpoint};Endpoint=${world.table.endpoint};TypeDetectionScheme=None`;
  await using connection = await connect(text + doubles, { onWarning: () => undefined });
  return (await connection.query('SELECT id FROM things')).rowCount;
}

describeWithTls('a connection string written for another driver works, but for its hosts and ARNs', () => {
  it('of ADFS', async () => {
    const password = 'CH8WerW121235647iCa6';
    await using adfs = await startAdfs(pair, { user: 'user@corp.test', password });
    await using world = await federatedWorld();
    const text = `AuthScheme=ADFS; AWSRegion=Ireland; User=user@corp.test; Password=${password}; SSOLoginURL='${adfs.origin}'; AWSRoleArn=${ROLE}; AWSPrincipalArn=${PROVIDER}; S3StagingDirectory=s3://athena/staging;`;
    expect(await rowsOf(text, world)).toBe(1);
  });

  it('of PingFederate', async () => {
    const partner = 'https://us-east-1.signin.aws.amazon.com/platform/saml/acs/764ef411-xxxxxx';
    await using ping = await startPing(pair, { user: 'admin', password: 'PassValue', partner });
    await using world = await federatedWorld();
    const text = `authScheme=pingfederate;SSOLoginURL=${ping.origin}/idp/sts.wst;SSOExchangeUrl=${partner};user=admin;password=PassValue;AWSPrincipalARN=${PROVIDER};AWSRoleArn=${ROLE};AWSRegion=us-east-1;`;
    expect(await rowsOf(text, world)).toBe(1);
  });
});
