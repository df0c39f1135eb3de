import { toRegionCode } from '../aws/regions.ts';
import { url } from '../connstring/value-types.ts';
import { DriverError } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import { type ProfileOptions, type Setting, readProfileFiles, stripComment } from './profile-files.ts';

/** The settings of a profile besides credentials. */
export interface ProfileSettings {
  readonly region?: string;
  /** The DynamoDB endpoint: of the services section of the profile, else of the profile. */
  readonly endpointUrl?: string;
}

/** Reads the settings of the selected profile; a profile that does not exist has none. */
export async function readProfileSettings(options: ProfileOptions, ports: Ports): Promise<ProfileSettings> {
  const files = await readProfileFiles(options, ports);
  const profile = files.profiles.get(options.awsCredentialsFileProfile);
  if (profile === undefined) return {};
  const region = profile.settings.get('region');
  const code = region === undefined ? undefined : toRegionCode(stripComment(region));
  if (region !== undefined && code === undefined) {
    throw new DriverError(
      'AUTH_PROFILE',
      `${region.file}:${region.line}: region of profile "${profile.name}" is not a Region code such as eu-west-1`,
    );
  }
  const services = profile.settings.get('services');
  const section = services === undefined ? undefined : files.services.get(services.value);
  if (services !== undefined && section === undefined) {
    throw new DriverError(
      'AUTH_PROFILE',
      `${services.file}:${services.line}: section [services ${services.value}] referenced in profile "${profile.name}" does not exist`,
    );
  }
  const isIgnored = profile.settings.get('ignore_configured_endpoint_urls')?.value.toLowerCase() === 'true';
  const endpoint = section?.settings.get('dynamodb.endpoint_url') ?? profile.settings.get('endpoint_url');
  return {
    ...(code === undefined ? {} : { region: code }),
    ...(endpoint === undefined || isIgnored ? {} : { endpointUrl: parseEndpoint(endpoint, ports) }),
  };
}

function parseEndpoint(setting: Setting, ports: Ports): string {
  const parsed = url.read(stripComment(setting), ports);
  if ('value' in parsed) return parsed.value;
  throw new DriverError(
    'AUTH_PROFILE',
    `${setting.file}:${setting.line}: endpoint_url: expected ${parsed.expected}`,
  );
}
