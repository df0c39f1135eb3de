import { DriverError } from '../core/errors.ts';
import { isLoopback } from '../net/local-addresses.ts';
import { DEFAULT_DOMAIN, dnsSuffix } from './regions.ts';

/** The connection's options that decide Region and endpoints. */
export interface EndpointOptions {
  readonly awsRegion?: string | undefined;
  /** DynamoDB's address, in place of the Region's. */
  readonly endpoint?: string | undefined;
  /** The address of STS, in place of the Region's. */
  readonly stsEndpoint?: string | undefined;
  /** The domain of AWS endpoints, such as `amazonaws.com`. */
  readonly domain: string;
}

/** What a profile says of where things are. */
interface Located {
  readonly region?: string;
  readonly endpointUrl?: string;
}

/** The Region to sign for: AWSRegion, else the profile's; an emulator on this machine needs none. */
export function chooseRegion(
  options: Pick<EndpointOptions, 'awsRegion' | 'endpoint'>,
  profile: Located,
): string {
  const region = knownRegion(options, profile);
  if (region !== undefined) return region;
  throw new DriverError(
    'CONN_NO_REGION',
    'No Region is known: AWSRegion, AWS_REGION and the profile give none',
  );
}

/** The same; undefined where none is known. */
export function knownRegion(
  options: Pick<EndpointOptions, 'awsRegion' | 'endpoint'>,
  profile: Located = {},
): string | undefined {
  const region = options.awsRegion ?? profile.region;
  if (region !== undefined) return region;
  const endpoint = options.endpoint ?? profile.endpointUrl;
  return endpoint !== undefined && isOnThisMachine(endpoint) ? 'us-east-1' : undefined;
}

/** The address of DynamoDB where it is not the one that the Region implies; undefined otherwise. */
export function dynamodbEndpoint(
  options: Pick<EndpointOptions, 'endpoint' | 'domain'>,
  region: string,
): string | undefined {
  return options.endpoint ?? underDomain('dynamodb', options, region);
}

/** The address of STS where it is not the one that the Region implies; undefined otherwise. */
export function stsEndpoint(
  options: Pick<EndpointOptions, 'stsEndpoint' | 'domain'>,
  region: string,
): string | undefined {
  return options.stsEndpoint ?? underDomain('sts', options, region);
}

/** A Domain counts where it is neither the default nor what the Region's partition has anyway. */
function underDomain(
  service: string,
  { domain }: Pick<EndpointOptions, 'domain'>,
  region: string,
): string | undefined {
  const isUsual = domain === DEFAULT_DOMAIN || domain === dnsSuffix(region);
  return isUsual ? undefined : `https://${service}.${region}.${domain}`;
}

/** Whether an address is on this machine. */
export function isOnThisMachine(endpoint: string): boolean {
  return URL.canParse(endpoint) && isLoopback(new URL(endpoint).hostname);
}
