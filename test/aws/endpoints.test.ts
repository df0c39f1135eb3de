import { describe, expect, it } from '@jest/globals';
import { resolveRegion, resolveDynamodbEndpoint, resolveStsEndpoint } from '../../src/aws/endpoints.ts';
import type { Options } from '../../src/connstring/properties.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import { fakePorts } from '../doubles/ports.ts';
import { thrownBy } from '../support/thrown.ts';

const read = async (text: string): Promise<Options> => (await parseConnection(text, fakePorts())).options;

describe('resolveRegion', () => {
  it('prefers the property to the profile', async () => {
    expect(resolveRegion(await read('Region=Ireland'), { region: 'eu-west-2' })).toBe('eu-west-1');
    expect(resolveRegion(await read(''), { region: 'eu-west-2' })).toBe('eu-west-2');
  });

  it.each(['http://127.0.0.1:8000', 'http://localhost:8000', 'http://[::1]:8000', 'https://db.localhost'])(
    'needs no Region for an emulator at %s',
    async (endpoint) => {
      expect(resolveRegion(await read(`Endpoint=${endpoint}`), {})).toBe('us-east-1');
      expect(resolveRegion(await read(''), { endpointUrl: endpoint })).toBe('us-east-1');
    },
  );

  it.each([
    '',
    'Endpoint=https://vpce-1.dynamodb.eu-west-1.vpce.amazonaws.com',
    'Endpoint=http://127.0.0.1.evil.example',
  ])('is an error if none is set: %j', async (text) => {
    const options = await read(text);
    expect((await thrownBy(() => resolveRegion(options, {}))).code).toBe('CONN_NO_REGION');
  });
});

describe('resolveDynamodbEndpoint and resolveStsEndpoint', () => {
  it('are undefined for the default endpoint of the Region', async () => {
    const options = await read('');
    expect(resolveDynamodbEndpoint(options, 'eu-west-1')).toBeUndefined();
    expect(resolveStsEndpoint(options, 'eu-west-1')).toBeUndefined();
  });

  it('use another Domain with service and Region', async () => {
    const options = await read('Domain=corp.example');
    expect(resolveDynamodbEndpoint(options, 'eu-west-1')).toBe('https://dynamodb.eu-west-1.corp.example');
    expect(resolveStsEndpoint(options, 'eu-west-1')).toBe('https://sts.eu-west-1.corp.example');
  });

  it('keep the domain of the partition', async () => {
    expect(resolveDynamodbEndpoint(await read('Domain=amazonaws.com'), 'cn-north-1')).toBeUndefined();
    expect(resolveDynamodbEndpoint(await read('Domain=amazonaws.com.cn'), 'cn-north-1')).toBeUndefined();
  });

  it('keep an explicit endpoint', async () => {
    const options = await read('Endpoint=http://localhost:1;STSEndpoint=http://localhost:2;Domain=x.example');
    expect(resolveDynamodbEndpoint(options, 'eu-west-1')).toBe('http://localhost:1');
    expect(resolveStsEndpoint(options, 'eu-west-1')).toBe('http://localhost:2');
  });
});
