import { describe, expect, it } from '@jest/globals';
import { chooseRegion, dynamodbEndpoint, stsEndpoint } from '../../src/aws/endpoints.ts';
import type { Options } from '../../src/connstring/properties.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import { fakePorts } from '../doubles/ports.ts';
import { thrownBy } from '../support/thrown.ts';

const read = async (text: string): Promise<Options> => (await parseConnection(text, fakePorts())).options;

describe('chooseRegion', () => {
  it('takes the property before the profile', async () => {
    expect(chooseRegion(await read('Region=Ireland'), { region: 'eu-west-2' })).toBe('eu-west-1');
    expect(chooseRegion(await read(''), { region: 'eu-west-2' })).toBe('eu-west-2');
  });

  it.each(['http://127.0.0.1:8000', 'http://localhost:8000', 'http://[::1]:8000', 'https://db.localhost'])(
    'needs no Region for an emulator at %s',
    async (endpoint) => {
      expect(chooseRegion(await read(`Endpoint=${endpoint}`), {})).toBe('us-east-1');
      expect(chooseRegion(await read(''), { endpointUrl: endpoint })).toBe('us-east-1');
    },
  );

  it.each([
    '',
    'Endpoint=https://vpce-1.dynamodb.eu-west-1.vpce.amazonaws.com',
    'Endpoint=http://127.0.0.1.evil.example',
  ])('is an error where nothing tells it: %j', async (text) => {
    const options = await read(text);
    expect((await thrownBy(() => chooseRegion(options, {}))).code).toBe('CONN_NO_REGION');
  });
});

describe('dynamodbEndpoint and stsEndpoint', () => {
  it('leave the address to the Region where nothing else is said', async () => {
    const options = await read('');
    expect(dynamodbEndpoint(options, 'eu-west-1')).toBeUndefined();
    expect(stsEndpoint(options, 'eu-west-1')).toBeUndefined();
  });

  it('put another Domain behind service and Region', async () => {
    const options = await read('Domain=corp.example');
    expect(dynamodbEndpoint(options, 'eu-west-1')).toBe('https://dynamodb.eu-west-1.corp.example');
    expect(stsEndpoint(options, 'eu-west-1')).toBe('https://sts.eu-west-1.corp.example');
  });

  it('do not take a partition out of its own domain', async () => {
    expect(dynamodbEndpoint(await read('Domain=amazonaws.com'), 'cn-north-1')).toBeUndefined();
    expect(dynamodbEndpoint(await read('Domain=amazonaws.com.cn'), 'cn-north-1')).toBeUndefined();
  });

  it('take an address as it was given', async () => {
    const options = await read('Endpoint=http://localhost:1;STSEndpoint=http://localhost:2;Domain=x.example');
    expect(dynamodbEndpoint(options, 'eu-west-1')).toBe('http://localhost:1');
    expect(stsEndpoint(options, 'eu-west-1')).toBe('http://localhost:2');
  });
});
