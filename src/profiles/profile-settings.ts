import { toRegionCode } from '../aws/regions.ts';
import { url } from '../connstring/value-types.ts';
import { DriverError } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import { type ProfileOptions, type Setting, readProfileFiles, wordOf } from './profile-files.ts';

/** What a profile says besides credentials. */
export interface ProfileSettings {
  readonly region?: string;
  /** Address of DynamoDB: of the profile's services section, else of the profile. */
  readonly endpointUrl?: string;
}

/** Settings of the chosen profile; none where there is no such profile. */
export async function readProfileSettings(options: ProfileOptions, ports: Ports): Promise<ProfileSettings> {
  const files = await readProfileFiles(options, ports);
  const profile = files.profiles.get(options.awsCredentialsFileProfile);
  if (profile === undefined) return {};
  const region = profile.settings.get('region');
  const code = region === undefined ? undefined : toRegionCode(wordOf(region));
  if (region !== undefined && code === undefined) {
    throw new DriverError(
      'AUTH_PROFILE',
      `${region.file}:${region.line}: region of profile "${profile.name}" is no Region code such as eu-west-1`,
    );
  }
  const services = profile.settings.get('services');
  const section = services === undefined ? undefined : files.services.get(services.value);
  if (services !== undefined && section === undefined) {
    throw new DriverError(
      'AUTH_PROFILE',
      `${services.file}:${services.line}: there is no section [services ${services.value}], which profile "${profile.name}" names`,
    );
  }
  const isIgnored = profile.settings.get('ignore_configured_endpoint_urls')?.value.toLowerCase() === 'true';
  const endpoint = section?.settings.get('dynamodb.endpoint_url') ?? profile.settings.get('endpoint_url');
  return {
    ...(code === undefined ? {} : { region: code }),
    ...(endpoint === undefined || isIgnored ? {} : { endpointUrl: addressOf(endpoint, ports) }),
  };
}

function addressOf(setting: Setting, ports: Ports): string {
  const reading = url.read(wordOf(setting), ports);
  if ('value' in reading) return reading.value;
  throw new DriverError(
    'AUTH_PROFILE',
    `${setting.file}:${setting.line}: endpoint_url: expected ${reading.expected}`,
  );
}
