import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { selectProxy } from '../../src/net/proxy-rules.ts';

const through = (exceptions: readonly string[], host: string, port = '', protocol = 'https:'): boolean =>
  selectProxy({ url: 'http://proxy:80', exceptions }, { protocol, hostname: host, port }) !== undefined;

describe('a direct connection', () => {
  it.each([
    ['example.com', 'example.com', ''],
    ['example.com', 'api.EXAMPLE.com.', ''],
    ['.example.com', 'api.example.com', ''],
    ['*.example.com', 'a.b.example.com', ''],
    ['example.com:443', 'example.com', ''],
    ['example.com:8443', 'example.com', '8443'],
    ['10.0.0.0/8', '10.1.2.3', ''],
    ['10.1.2.3', '10.1.2.3', '8000'],
    ['::1', '[::1]', ''],
    ['[::1]:8000', '[::1]', '8000'],
    ['fd00::/8', '[fd12::1]', ''],
    ['*', 'anything', ''],
  ])('with the exception %s is made to %s', (exception, host, port) => {
    expect(through([exception], host, port)).toBe(false);
  });

  it.each(['169.254.169.254', '169.254.170.2', '[fd00:ec2::254]', '[fe80::1]'])(
    'that serves metadata: %s',
    (host) => {
      expect(through([], host)).toBe(false);
    },
  );
});

describe('a connection through the proxy', () => {
  it.each([
    ['example.com', 'badexample.com', ''],
    ['example.com', 'example.com.evil', ''],
    ['example.com:8443', 'example.com', ''],
    ['10.0.0.0/8', '11.0.0.1', ''],
    ['10.0.0.0/99', '10.0.0.1', ''],
    ['10.0.0.0/x', '10.0.0.1', ''],
    ['0.0.1', '10.0.0.1', ''],
    ['', 'example.com', ''],
    ['.', 'example.com', ''],
  ])('with the exception %j is made to %s', (exception, host, port) => {
    expect(through([exception], host, port)).toBe(true);
  });

  it('is made whatever the exceptions for other hosts', () => {
    const exception = fc.string().filter((text) => !text.includes('*') && !text.includes('dynamodb'));
    fc.assert(
      fc.property(fc.array(exception), (exceptions) => {
        fc.pre(exceptions.every((text) => !/com|amazonaws/i.test(text)));
        expect(through(exceptions, 'dynamodb.eu-west-1.amazonaws.com')).toBe(true);
      }),
    );
  });
});

it('plain http is sent directly if the proxy is for https only', () => {
  const proxy = { url: 'http://proxy:80', exceptions: [], httpsOnly: true };
  expect(selectProxy(proxy, { protocol: 'http:', hostname: 'a.b', port: '' })).toBeUndefined();
  expect(selectProxy(proxy, { protocol: 'https:', hostname: 'a.b', port: '' })).toBe(proxy);
});
