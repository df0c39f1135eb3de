import { findPartition } from '../../aws/regions.ts';
import type { CredentialSource, Credentials } from '../../core/credentials.ts';
import { DriverError } from '../../core/errors.ts';
import type { Ports } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import { createRedactor } from '../../net/redactor.ts';
import { preflight, SESSION_SECONDS, resolveSessionSeconds } from '../../saml/preflight.ts';
import type { SamlResponse } from '../../saml/response.ts';
import { chooseRole, type RolePair, parseRolePairs } from '../../saml/roles.ts';
import { stsTarget } from '../role-options.ts';
import { assumeRoleWithSaml, type SamlCall } from '../../aws/sts.ts';
import type { FederatedOptions } from './federated-options.ts';

/** One who issues assertions for AWS. */
export interface AssertionIssuer {
  /** In words, for `whoami`: `ADFS at https://adfs.corp.com`. */
  readonly origin: string;
  /** Whether an assertion that is not addressed to AWS's sign-in is refused, or only remarked on. */
  readonly recipient: 'required' | 'expected';
  /** What was sent to it in secret: not shown where the assertion repeats it. */
  readonly secrets?: readonly (Secret | undefined)[];
  /** Signs in anew each time. */
  obtain(signal: AbortSignal): Promise<SamlResponse>;
}

/** Credentials of the role that the assertion gives, or that the user chose among those it gives. */
export function federatedSource(
  given: FederatedOptions,
  ports: Ports,
  issuer: AssertionIssuer,
): CredentialSource {
  const told = new Set<string>();
  const tell = (line: string): void => {
    if (told.has(line)) return;
    told.add(line);
    ports.warn(line);
  };

  return async (signal) => {
    const target = stsTarget(given, ports);
    const { encoded, assertion } = await issuer.obtain(signal);
    const now = new Date(ports.now());
    if (assertion !== undefined) {
      const hide = createRedactor((issuer.secrets ?? []).filter((secret) => secret !== undefined));
      preflight(assertion, { now, recipient: issuer.recipient, redact: hide }).forEach(tell);
      const { malformed } = parseRolePairs(assertion.roleValues);
      if (malformed > 0)
        ports.notice?.(
          `Left out of the roles in the assertion: ${malformed} that ${malformed === 1 ? 'names' : 'name'} no role and its provider`,
        );
    }
    const wish = { roleArn: given.awsRoleArn, principalArn: given.awsPrincipalArn };
    const pair = chooseRole(assertion?.roleValues, wish);
    checkPartition(pair, target.region);
    const wanted = given.explicit.has('temporaryTokenDuration') ? given.temporaryTokenDuration : undefined;
    const durationSeconds = resolveSessionSeconds(wanted, assertion, now);
    const call = { ...target, ...pair, assertion: encoded, durationSeconds, signal };
    const credentials = await (wanted === undefined ? assumedForLess(call) : assumeRoleWithSaml(call));
    return { ...credentials, origin: `role ${pair.roleArn} by ${issuer.origin}` };
  };
}

/** Where nobody asked for that long, a role that does not allow it is assumed for the usual hour. */
async function assumedForLess(call: SamlCall): Promise<Credentials> {
  try {
    return await assumeRoleWithSaml(call);
  } catch (error) {
    const isTooLong = error instanceof DriverError && error.code === 'CONN_BAD_VALUE';
    if (!isTooLong || call.durationSeconds <= SESSION_SECONDS.default) throw error;
    return assumeRoleWithSaml({ ...call, durationSeconds: SESSION_SECONDS.default });
  }
}

/** Partitions do not know each other's roles and providers. */
function checkPartition({ roleArn, principalArn }: RolePair, region: string): void {
  for (const arn of [roleArn, principalArn]) {
    const partition = arn.split(':')[1];
    if (partition === findPartition(region)) continue;
    throw new DriverError(
      'AUTH_ROLE',
      `${arn} is of the partition ${partition}, but AWSRegion ${region} of ${findPartition(region)}`,
      { remedy: 'Set AWSRegion to a Region of the partition that the role is in.' },
    );
  }
}
