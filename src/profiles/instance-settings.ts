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
  wordOf,
} from './profile-files.ts';

/** The options that say where an instance's metadata service is. */
export const INSTANCE_OPTIONS = ['imdsEndpoint', ...PROFILE_OPTIONS] as const;
export type InstanceOptions = ProfileOptions & Pick<Options, 'imdsEndpoint'>;

const ENDPOINTS: ReadonlyMap<string, string> = new Map([
  ['ipv4', 'http://169.254.169.254'],
  ['ipv6', 'http://[fd00:ec2::254]'],
]);
const TIMEOUT_MS = 1000;

/** What the connection, the environment and the profile say of the metadata service, in this order. */
export async function instanceSettings(options: InstanceOptions, ports: Ports): Promise<InstanceSettings> {
  const { profiles } = await readProfileFiles(options, ports);
  const profile = profiles.get(options.awsCredentialsFileProfile);
  const disabledBy = switchedOn('AWS_EC2_METADATA_DISABLED', undefined, profile, ports);
  const v1DisabledBy = switchedOn('AWS_EC2_METADATA_V1_DISABLED', 'ec2_metadata_v1_disabled', profile, ports);
  return {
    endpoint: endpointOf(options, profile, ports).replace(/\/+$/, ''),
    timeoutMs: timeoutOf(ports),
    ...(disabledBy === undefined ? {} : { disabledBy }),
    ...(v1DisabledBy === undefined ? {} : { v1DisabledBy }),
  };
}

/** A setting of the environment or, where that is silent, of the profile. */
interface Found {
  readonly value: string;
  readonly where: string;
}

function found(
  variable: string,
  key: string | undefined,
  profile: Profile | undefined,
  ports: Ports,
): Found | undefined {
  const value = ports.env(variable);
  if (value !== undefined) return { value, where: variable };
  const setting = key === undefined ? undefined : profile?.settings.get(key);
  return setting === undefined
    ? undefined
    : { value: wordOf(setting), where: `${setting.file}:${setting.line}: ${key}` };
}

function switchedOn(
  variable: string,
  key: string | undefined,
  profile: Profile | undefined,
  ports: Ports,
): string | undefined {
  const setting = found(variable, key, profile, ports);
  return setting?.value.trim().toLowerCase() === 'true' ? setting.where : undefined;
}

function endpointOf(options: InstanceOptions, profile: Profile | undefined, ports: Ports): string {
  // The property stands for AWS_EC2_METADATA_SERVICE_ENDPOINT as well.
  if (options.imdsEndpoint !== undefined) return options.imdsEndpoint;
  const address = profile?.settings.get('ec2_metadata_service_endpoint');
  if (address !== undefined) {
    const reading = url.read(wordOf(address), ports);
    if ('value' in reading) return reading.value;
    const where = `${address.file}:${address.line}: ec2_metadata_service_endpoint`;
    throw new DriverError('AUTH_PROFILE', `${where}: expected ${reading.expected}`);
  }
  const mode = found(
    'AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE',
    'ec2_metadata_service_endpoint_mode',
    profile,
    ports,
  );
  const endpoint = ENDPOINTS.get(mode?.value.trim().toLowerCase() ?? 'ipv4');
  if (endpoint !== undefined) return endpoint;
  throw new DriverError('AUTH_PROFILE', `${mode?.where} is "${mode?.value}"; expected IPv4 or IPv6`);
}

/** The AWS command line's variable, in seconds. */
function timeoutOf(ports: Ports): number {
  const seconds = Number(ports.env('AWS_METADATA_SERVICE_TIMEOUT') ?? NaN);
  return seconds > 0 && seconds <= 60 ? seconds * 1000 : TIMEOUT_MS;
}
