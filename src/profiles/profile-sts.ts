import { resolveStsEndpoint } from '../aws/endpoints.ts';
import { toRegionCode } from '../aws/regions.ts';
import type { Profile } from './profile-files.ts';
import { type ProfileContext, getSettingValue } from './profile-kind.ts';

/** The default Region of STS by partition; the others use us-east-1. */
const DEFAULT_REGIONS: ReadonlyMap<string, string> = new Map([
  ['aws-cn', 'cn-north-1'],
  ['aws-us-gov', 'us-gov-west-1'],
  ['aws-eusc', 'eusc-de-east-1'],
]);

/**
 * The STS endpoint for the role of a profile. The Region is that of the connection, else of the first profile in the chain
 * that sets one, else the default of the role's partition.
 */
export function resolveProfileSts(
  roleArn: string,
  profile: Profile,
  { options, files, chain }: ProfileContext,
): { readonly region: string; readonly endpoint: string | undefined } {
  const profileRegion = [...chain.flatMap((name) => files.profiles.get(name) ?? []), profile]
    .map((source) => toRegionCode(getSettingValue(source, 'region') ?? ''))
    .find((region) => region !== undefined);
  const region =
    options.awsRegion ?? profileRegion ?? DEFAULT_REGIONS.get(roleArn.split(':')[1] ?? '') ?? 'us-east-1';
  return { region, endpoint: resolveStsEndpoint(options, region) ?? findProfileEndpoint(profile, files) };
}

function findProfileEndpoint(profile: Profile, files: ProfileContext['files']): string | undefined {
  if (getSettingValue(profile, 'ignore_configured_endpoint_urls')?.toLowerCase() === 'true') return undefined;
  const services = files.services.get(profile.settings.get('services')?.value ?? '');
  const stsEndpoint = services === undefined ? undefined : getSettingValue(services, 'sts.endpoint_url');
  return stsEndpoint ?? getSettingValue(profile, 'endpoint_url');
}
