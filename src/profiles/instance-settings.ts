import type { Options } from '../connstring/properties.ts';
import { url } from '../connstring/value-types.ts';
import type { InstanceSettings } from '../aws/metadata/instance-metadata.ts';
import { DriverError } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import {
  PROFILE_OPTIONS,
  type Profile,
  type ProfileOptions,
  readProfileFiles,
  stripComment,
} from './profile-files.ts';

/** The properties that determine the instance metadata settings. */
export const INSTANCE_OPTIONS = ['imdsEndpoint', ...PROFILE_OPTIONS] as const;
export type InstanceOptions = ProfileOptions & Pick<Options, 'imdsEndpoint'>;

const ENDPOINTS: ReadonlyMap<string, string> = new Map([
  ['ipv4', 'http://169.254.169.254'],
  ['ipv6', 'http://[fd00:ec2::254]'],
]);
const TIMEOUT_MS = 1000;

/** The instance metadata settings, from the properties, the environment and the profile, in this order. */
export async function resolveInstanceSettings(
  options: InstanceOptions,
  ports: Ports,
): Promise<InstanceSettings> {
  const { profiles } = await readProfileFiles(options, ports);
  const profile = profiles.get(options.awsCredentialsFileProfile);
  const disabledBy = findEnabledSetting('AWS_EC2_METADATA_DISABLED', undefined, profile, ports);
  const v1DisabledBy = findEnabledSetting(
    'AWS_EC2_METADATA_V1_DISABLED',
    'ec2_metadata_v1_disabled',
    profile,
    ports,
  );
  return {
    endpoint: resolveEndpoint(options, profile, ports).replace(/\/+$/, ''),
    timeoutMs: resolveTimeoutMs(ports),
    ...(disabledBy === undefined ? {} : { disabledBy }),
    ...(v1DisabledBy === undefined ? {} : { v1DisabledBy }),
  };
}

/** A setting from the environment, else from the profile. */
interface FoundSetting {
  readonly value: string;
  /** The variable, or `file:line: key`. */
  readonly source: string;
}

function findSetting(
  variable: string,
  key: string | undefined,
  profile: Profile | undefined,
  ports: Ports,
): FoundSetting | undefined {
  const value = ports.env(variable);
  if (value !== undefined) return { value, source: variable };
  const setting = key === undefined ? undefined : profile?.settings.get(key);
  return setting === undefined
    ? undefined
    : { value: stripComment(setting), source: `${setting.file}:${setting.line}: ${key}` };
}

function findEnabledSetting(
  variable: string,
  key: string | undefined,
  profile: Profile | undefined,
  ports: Ports,
): string | undefined {
  const setting = findSetting(variable, key, profile, ports);
  return setting?.value.trim().toLowerCase() === 'true' ? setting.source : undefined;
}

function resolveEndpoint(options: InstanceOptions, profile: Profile | undefined, ports: Ports): string {
  // The property is also set by AWS_EC2_METADATA_SERVICE_ENDPOINT.
  if (options.imdsEndpoint !== undefined) return options.imdsEndpoint;
  const setting = profile?.settings.get('ec2_metadata_service_endpoint');
  if (setting !== undefined) {
    const parsed = url.read(stripComment(setting), ports);
    if ('value' in parsed) return parsed.value;
    const location = `${setting.file}:${setting.line}: ec2_metadata_service_endpoint`;
    throw new DriverError('AUTH_PROFILE', `${location}: expected ${parsed.expected}`);
  }
  const mode = findSetting(
    'AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE',
    'ec2_metadata_service_endpoint_mode',
    profile,
    ports,
  );
  const endpoint = ENDPOINTS.get(mode?.value.trim().toLowerCase() ?? 'ipv4');
  if (endpoint !== undefined) return endpoint;
  throw new DriverError('AUTH_PROFILE', `${mode?.source} is "${mode?.value}"; expected IPv4 or IPv6`);
}

/** The timeout of the AWS CLI's environment variable, which is in seconds. */
function resolveTimeoutMs(ports: Ports): number {
  const seconds = Number(ports.env('AWS_METADATA_SERVICE_TIMEOUT') ?? NaN);
  return seconds > 0 && seconds <= 60 ? seconds * 1000 : TIMEOUT_MS;
}
