import { describe, expect, it } from '@jest/globals';
import { parseConnection } from '../../src/connstring/resolve.ts';
import { fakePorts } from '../doubles/ports.ts';
import { collectOutput } from '../support/collect-output.ts';
import { thrownBy } from '../support/thrown.ts';

const ODBC = `; data sources
[ODBC Data Sources]
Shop = DynaDBC

[Shop]
Description = the shop
Driver      = /usr/lib/dynadbc.so
AWSRegion   = Ireland
AccessKey   = AKIA
SecretKey   = a#b;c"d\\e
Endpoint    = http://127.0.0.1:8000/#x
[corp.shop]
AWSRegion = Paris
`;

describe('DSN', () => {
  const files = { '/home/ana/.odbc.ini': ODBC };

  it('provides the properties that the string does not set', async () => {
    const { options, warnings } = await parseConnection('dsn=SHOP;AWSRegion=London', fakePorts({ files }));
    expect(options).toMatchObject({
      awsRegion: 'eu-west-2',
      awsAccessKey: 'AKIA',
      endpoint: 'http://127.0.0.1:8000/#x',
    });
    expect(options.awsSecretKey?.reveal()).toBe('a#b;c"d\\e');
    expect(warnings).toEqual([]);
  });

  it('may contain dots in its name', async () => {
    const { options } = await parseConnection('DSN=corp.shop', fakePorts({ files }));
    expect(options.awsRegion).toBe('eu-west-3');
  });

  it('is searched in ODBCINI, then in the home directory, then in /etc', async () => {
    const all = {
      '/o.ini': '[a]\nUser=1',
      '/home/ana/.odbc.ini': '[a]\nUser=2\n[b]\nUser=2',
      '/etc/odbc.ini': '[b]\nUser=3\n[c]\nUser=3',
    };
    const ports = fakePorts({ files: all, env: { ODBCINI: '/o.ini' } });
    const users = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => (await parseConnection({ DSN: name }, ports)).options.user),
    );
    expect(users).toEqual(['1', '2', '3']);
  });

  it('that does not exist is an error with every searched file and similar names', async () => {
    const error = await thrownBy(() => parseConnection('DSN=Shp', fakePorts({ files })));
    expect(error.code).toBe('CONN_DSN_NOT_FOUND');
    expect(error.attempts).toEqual([
      { what: '/home/ana/.odbc.ini', why: 'no section [Shp]' },
      { what: '/etc/odbc.ini', why: 'no such file' },
    ]);
    expect(error.candidates).toEqual(['Shop']);
  });

  it('with an unknown key is an error that names the DSN', async () => {
    const bad = { '/etc/odbc.ini': '[x]\nAWSRegoin=Ireland\nPassword=CANARY' };
    const error = await thrownBy(() => parseConnection('DSN=x', fakePorts({ files: bad })));
    expect(error.message).toMatch(/^DSN x: unknown connection property "awsregoin"/);
    expect(collectOutput(error)).not.toContain('CANARY');
  });

  it('in an unreadable file is an error that names the file', async () => {
    const error = await thrownBy(() => parseConnection('DSN=x', fakePorts({ forbidden: ['/etc/odbc.ini'] })));
    expect(error.message).toBe('could not read file "/etc/odbc.ini": permission denied');
  });
});
