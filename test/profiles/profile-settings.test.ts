import { describe, expect, it } from '@jest/globals';
import { type ProfileSettings, readProfileSettings } from '../../src/profiles/profile-settings.ts';
import { parseConnection } from '../../src/connstring/resolve.ts';
import { fakePorts } from '../doubles/ports.ts';
import { thrownBy } from '../support/thrown.ts';

async function readSettings(config: string): Promise<ProfileSettings> {
  const ports = fakePorts({ files: { '/home/ana/.aws/config': config } });
  return readProfileSettings((await parseConnection('Profile=p', ports)).options, ports);
}

describe('readProfileSettings', () => {
  it.each([
    ['[profile q]\nregion = eu-west-1', {}],
    ['[profile p]\nregion = eu-west-1', { region: 'eu-west-1' }],
    ['[profile p]\nregion = eu-west-1 # main', { region: 'eu-west-1' }],
    ['[profile p]\nendpoint_url = http://localhost:1', { endpointUrl: 'http://localhost:1' }],
    [
      '[profile p]\nservices = s\nendpoint_url = http://localhost:1\n[services s]\nsts =\n  endpoint_url = http://localhost:3\ndynamodb =\n  endpoint_url = http://localhost:2',
      { endpointUrl: 'http://localhost:2' },
    ],
    ['[profile p]\nendpoint_url = http://localhost:1\nignore_configured_endpoint_urls = true', {}],
  ])('reads %j as %j', async (config, expected) => {
    expect(await readSettings(config)).toEqual(expected);
  });

  it.each([
    ['[profile p]\nregion = Narnia!', ':2: region of profile "p"'],
    ['[profile p]\nservices = s', ':2: section [services s] referenced in profile "p" does not exist'],
    ['[profile p]\nendpoint_url = localhost', ':2: endpoint_url: expected an http or https URL'],
  ])('reports file and line for %j', async (config, message) => {
    const error = await thrownBy(() => readSettings(config));
    expect(error.code).toBe('AUTH_PROFILE');
    expect(error.message).toContain(`/home/ana/.aws/config${message}`);
  });
});
