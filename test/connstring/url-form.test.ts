import { describe, expect, it } from '@jest/globals';
import { parse } from '../../src/connstring/format.ts';
import { Secret } from '../../src/core/secret.ts';
import { thrownBy } from '../support/thrown.ts';

describe('the URL form', () => {
  it.each([
    ['dynamodb://eu-west-1', { AWSRegion: 'eu-west-1' }],
    ['dynamodb://Ireland/?User=ana', { AWSRegion: 'Ireland', User: 'ana' }],
    ['jdbc:dynamodb://eu-west-1?User=ana', { AWSRegion: 'eu-west-1', User: 'ana' }],
    ['dynadbc://?Endpoint=http%3A%2F%2F127.0.0.1%3A8000&', { Endpoint: 'http://127.0.0.1:8000' }],
    [
      'DynamoDB://eu-west-1?aws%20access%20key=A&&User=%C3%A4',
      { AWSRegion: 'eu-west-1', AWSAccessKey: 'A', User: 'ä' },
    ],
  ])('reads %j', (text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  it('keeps a plus sign, since secret keys contain them', () => {
    expect(parse('dynamodb://?AWSSecretKey=a+b%2Fc')).toEqual({ AWSSecretKey: new Secret('a+b/c') });
  });

  it('refuses a host and a property with different Regions', async () => {
    const error = await thrownBy(() => parse('dynamodb://eu-west-1?AWSRegion=eu-west-2'));
    expect(error.code).toBe('CONN_DUPLICATE_PROPERTY');
  });

  it.each([
    ['dynamodb://user:CANARY@eu-west-1', 12],
    ['dynamodb://eu-west-1?Password=%CANARY', 31],
    ['dynamodb://eu-west-1?CANARY', 22],
    ['dynamodb://eu-west-1?Password=a&CANARY', 33],
  ])('reports the position and nothing of the input for the error in %j', async (text, position) => {
    const error = await thrownBy(() => parse(text));
    expect(error.code).toBe('CONN_SYNTAX');
    expect(error.position).toBe(position);
    expect(error.message).not.toContain('CANARY');
  });

  it('does not show a key that may be the rest of a secret after an unescaped &', async () => {
    const error = await thrownBy(() => parse('dynamodb://?Password=abc&CANARY=x'));
    expect(error.code).toBe('CONN_UNKNOWN_PROPERTY');
    expect(error.message).not.toContain('CANARY');
    expect(error.message).toContain('%26');
  });
});
