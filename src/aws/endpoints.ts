import { DriverError } from '../core/errors.ts';
import { isLoopback } from '../net/local-addresses.ts';
import { DEFAULT_DOMAIN, dnsSuffix } from './regions.ts';

/** The options that determine the Region and the endpoints. */
export interface EndpointOptions {
  readonly awsRegion?: string | undefined;
  /** The DynamoDB endpoint, instead of the Region's. */
  readonly endpoint?: string | undefined;
  /** The STS endpoint, instead of the Region's. */
  readonly stsEndpoint?: string | undefined;
  /** The domain of AWS endpoints, such as `amazonaws.com`. */
  readonly domain: string;
}

/** The Region and endpoint of a profile. */
interface ProfileLocation {
  readonly region?: string;
  readonly endpointUrl?: string;
}

/** The Region to sign for: AWSRegion, else that of the profile. A local emulator does not require one. */
export function resolveRegion(
  options: Pick<EndpointOptions, 'awsRegion' | 'endpoint'>,
  profile: ProfileLocation,
): string {
  const region = findRegion(options, profile);
  if (region !== undefined) return region;
  throw new DriverError(
    'CONN_NO_REGION',
    'You must specify a Region: neither AWSRegion, AWS_REGION nor the profile sets one',
  );
}

/** Like `resolveRegion`, but undefined if there is none. */
export function findRegion(
  options: Pick<EndpointOptions, 'awsRegion' | 'endpoint'>,
  profile: ProfileLocation = {},
): string | undefined {
  const region = options.awsRegion ?? profile.region;
  if (region !== undefined) return region;
  const endpoint = options.endpoint ?? profile.endpointUrl;
  return endpoint !== undefined && isLocalEndpoint(endpoint) ? 'us-east-1' : undefined;
}

/** The DynamoDB endpoint if it differs from the default of the Region; undefined otherwise. */
export function resolveDynamodbEndpoint(
  options: Pick<EndpointOptions, 'endpoint' | 'domain'>,
  region: string,
): string | undefined {
  return options.endpoint ?? endpointInDomain('dynamodb', options, region);
}

/** The STS endpoint if it differs from the default of the Region; undefined otherwise. */
export function resolveStsEndpoint(
  options: Pick<EndpointOptions, 'stsEndpoint' | 'domain'>,
  region: string,
): string | undefined {
  return options.stsEndpoint ?? endpointInDomain('sts', options, region);
}

/** An endpoint in Domain, unless that is the default or the domain of the Region's partition. */
function endpointInDomain(
  service: string,
  { domain }: Pick<EndpointOptions, 'domain'>,
  region: string,
): string | undefined {
  const isDefault = domain === DEFAULT_DOMAIN || domain === dnsSuffix(region);
  return isDefault ? undefined : `https://${service}.${region}.${domain}`;
}

/** Whether an endpoint is on this machine. */
export function isLocalEndpoint(endpoint: string): boolean {
  return URL.canParse(endpoint) && isLoopback(new URL(endpoint).hostname);
}
