import { resolveStsEndpoint } from '../aws/endpoints.ts';
import { toRegionCode } from '../aws/regions.ts';
import type { Profile } from './profile-files.ts';
import { type ProfileContext, wordAt } from './profile-kind.ts';

/** Where the roles of a partition are assumed when no Region is known. */
const HOMES: ReadonlyMap<string, string> = new Map([
  ['aws-cn', 'cn-north-1'],
  ['aws-us-gov', 'us-gov-west-1'],
  ['aws-eusc', 'eusc-de-east-1'],
]);

/** The STS that a profile's role is assumed at: the connection's, else of the first profile that names a Region. */
export function stsOfProfile(
  roleArn: string,
  profile: Profile,
  { options, files, chain }: ProfileContext,
): { readonly region: string; readonly endpoint: string | undefined } {
  const named = [...chain.flatMap((name) => files.profiles.get(name) ?? []), profile]
    .map((candidate) => toRegionCode(wordAt(candidate, 'region') ?? ''))
    .find((region) => region !== undefined);
  const region = options.awsRegion ?? named ?? HOMES.get(roleArn.split(':')[1] ?? '') ?? 'us-east-1';
  return { region, endpoint: resolveStsEndpoint(options, region) ?? endpointIn(profile, files) };
}

function endpointIn(profile: Profile, files: ProfileContext['files']): string | undefined {
  if (wordAt(profile, 'ignore_configured_endpoint_urls')?.toLowerCase() === 'true') return undefined;
  const services = files.services.get(profile.settings.get('services')?.value ?? '');
  const own = services === undefined ? undefined : wordAt(services, 'sts.endpoint_url');
  return own ?? wordAt(profile, 'endpoint_url');
}
