import { readFile, readdir } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import type { ConnectionObject } from '../../src/connstring/entries.ts';
import type { Options } from '../../src/connstring/properties.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import { Secret } from '../../src/core/secret.ts';
import { fakePorts } from '../doubles/ports.ts';
import { collectOutput } from '../support/collect-output.ts';
import { thrownBy } from '../support/thrown.ts';

const optionsOf = async (
  input: string | ConnectionObject,
  env: Record<string, string> = {},
): Promise<Options> => (await parseConnection(input, fakePorts({ env }))).options;

describe('parseConnection', () => {
  it('returns typed values, and defaults for the rest', async () => {
    const options = await optionsOf(
      'ThreadCount=8; Region=Ireland; FlattenObjects=yes; Tables=a,b; Password=x',
    );
    expect(options).toMatchObject({
      threadCount: 8,
      awsRegion: 'eu-west-1',
      flattenObjects: true,
      tables: ['a', 'b'],
      password: new Secret('x'),
      authScheme: 'Auto',
      timeout: 60,
      maxRows: -1,
    });
    expect(options.user).toBeUndefined();
    expect([...options.explicit].toSorted()).toEqual([
      'awsRegion',
      'flattenObjects',
      'password',
      'tables',
      'threadCount',
    ]);
  });

  it('parses an object like the string of the same properties', async () => {
    const object = {
      threadcount: 8,
      REGION: 'Ireland',
      FlattenObjects: true,
      Tables: ['a', 'b'],
      Password: 'x',
    };
    expect(await optionsOf(object)).toEqual(
      await optionsOf('ThreadCount=8; Region=Ireland; FlattenObjects=true; Tables=a,b; Password=x'),
    );
  });

  it('lets overrides win over the string', async () => {
    const { options } = await parseConnection('Region=Ireland;User=a', fakePorts(), {
      AWSRegion: 'eu-west-2',
      ThreadCount: 2,
    });
    expect(options).toMatchObject({ awsRegion: 'eu-west-2', user: 'a', threadCount: 2 });
  });

  it('applies the types and defaults of nested properties', async () => {
    const options = await optionsOf("SSOProperties='apitoken=x;mfatype=sms'");
    expect(options.ssoProperties).toEqual({
      apiToken: new Secret('x'),
      mfaType: 'SMS',
      mfaRememberDevice: true,
      kerberosOnly: false,
    });
  });

  it('uses the first environment variable that is set for a property that is not set', async () => {
    const env = { AWS_DEFAULT_REGION: 'eu-west-3', AWS_REGION: 'eu-west-2', AWS_PROFILE: 'prod' };
    const options = await optionsOf('', env);
    expect(options).toMatchObject({ awsRegion: 'eu-west-2', awsCredentialsFileProfile: 'prod' });
    expect(options.explicit.size).toBe(0);
    expect((await optionsOf('Region=Ireland', env)).awsRegion).toBe('eu-west-1');
  });

  it('names the environment variable with an invalid value', async () => {
    const error = await thrownBy(() => optionsOf('', { AWS_REGION: 'Narnia' }));
    expect(error.code).toBe('CONN_BAD_VALUE');
    expect(error.message).toContain('environment variable AWS_REGION');
  });

  it('reports the expected value, the actual value and its position', async () => {
    const error = await thrownBy(() => optionsOf('User=a; threadcount=many'));
    expect(error.code).toBe('CONN_BAD_VALUE');
    expect(error.message).toBe(
      'invalid value for threadcount at character 9: expected an integer from 1 to 256, got "many"',
    );
    expect(error.position).toBe(9);
  });

  it('reports the position of Other for errors inside it', async () => {
    const error = await thrownBy(() => optionsOf("User=a; Other='  Timeout=1;threadcount=many'"));
    expect(error.message).toContain('threadcount at character 9');
  });

  it('does not show a password that a missing semicolon made part of another value', async () => {
    const error = await thrownBy(() => optionsOf('AWSRegion=eu-west-1 Password=CANARY;User=a'));
    expect(collectOutput(error)).not.toContain('CANARY');
  });

  it('warns once of ignored keys, but not of those that driver managers add', async () => {
    const { warnings } = await parseConnection(
      'Driver={Dyna};RTK=x;S3StagingDirectory=s3://a;UseEC2Roles=true',
      fakePorts(),
    );
    expect(warnings).toEqual([
      'Ignoring properties that DynaDBC does not use: RTK, S3StagingDirectory, UseEC2Roles (use AuthScheme=AwsEC2Roles)',
    ]);
  });

  it('refuses input that is neither a string nor an object', async () => {
    // @ts-expect-error for callers without types
    expect((await thrownBy(() => optionsOf(undefined))).code).toBe('CONN_BAD_VALUE');
  });

  it('masks secrets however it is printed', async () => {
    const options = await optionsOf({
      Password: 'CANARY',
      AWSSecretKey: new Secret('CANARY'),
      SSOProperties: "ApiToken=CANARY;SSLClientCertPassword='CANARY'",
      RTK: 'CANARY',
    });
    expect(collectOutput(options)).not.toContain('CANARY');
    expect(options.password?.reveal()).toBe('CANARY');
  });
});

const folder = new URL('../fixtures/connection-strings/', import.meta.url);
const fixtures = await Promise.all(
  (await readdir(folder)).map(async (file) => [file, await readFile(new URL(file, folder), 'utf8')] as const),
);

const STAGING = 'Ignoring properties that DynaDBC does not use: S3StagingDirectory';

describe('the example strings', () => {
  it.each(fixtures)('%s is read, and its secrets stay secret', async (_, text) => {
    const { options, warnings } = await parseConnection(text, fakePorts());
    expect(options.ssoLoginUrl).toMatch(/^https:/);
    expect(options.awsRoleArn).toMatch(/^arn:aws:iam::/);
    expect(options.awsPrincipalArn).toMatch(/:saml-provider\//);
    expect(warnings.join()).toBe(text.includes('S3Staging') ? STAGING : '');
    expect(collectOutput(options)).not.toMatch(/CH8Wer|PassValue|01230GGG/);
  });
});
