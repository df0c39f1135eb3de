import { findPartition } from '../../aws/regions.ts';
import type { CredentialSource, Credentials } from '../../core/credentials.ts';
import { DriverError } from '../../core/errors.ts';
import type { Ports } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import { createRedactor } from '../../net/redactor.ts';
import { preflight, SESSION_SECONDS, resolveSessionSeconds } from '../../saml/preflight.ts';
import type { SamlResponse } from '../../saml/response.ts';
import { chooseRole, type RolePair, parseRolePairs } from '../../saml/roles.ts';
import { resolveStsTarget } from '../role-options.ts';
import { assumeRoleWithSaml, type SamlCall } from '../../aws/sts.ts';
import type { FederatedOptions } from './federated-options.ts';

/** An identity provider, or another source of assertions for AWS. */
export interface AssertionIssuer {
  /** The origin that `whoami` shows: `ADFS at https://adfs.corp.com`. */
  readonly origin: string;
  /** Whether an assertion for another recipient than AWS is an error, or only a warning. */
  readonly recipient: 'required' | 'expected';
  /** The secrets that were sent to the provider, which are masked in messages. */
  readonly secrets?: readonly (Secret | undefined)[];
  /** Signs in and returns a new assertion. */
  fetchAssertion(signal: AbortSignal): Promise<SamlResponse>;
}

/** Credentials of the role in the assertion, or of the one that AWSRoleARN selects. */
export function fromIdentityProvider(
  options: FederatedOptions,
  ports: Ports,
  issuer: AssertionIssuer,
): CredentialSource {
  const warned = new Set<string>();
  const warnOnce = (line: string): void => {
    if (warned.has(line)) return;
    warned.add(line);
    ports.warn(line);
  };

  return async (signal) => {
    const target = resolveStsTarget(options, ports);
    const { encoded, assertion } = await issuer.fetchAssertion(signal);
    const now = new Date(ports.now());
    if (assertion !== undefined) {
      const redact = createRedactor((issuer.secrets ?? []).filter((secret) => secret !== undefined));
      preflight(assertion, { now, recipient: issuer.recipient, redact }).forEach(warnOnce);
      const { malformed } = parseRolePairs(assertion.roleValues);
      if (malformed > 0)
        ports.notice?.(
          `Ignored ${malformed} ${malformed === 1 ? 'role' : 'roles'} in the assertion: expected the ARNs of a role and its SAML provider`,
        );
    }
    const requested = { roleArn: options.awsRoleArn, principalArn: options.awsPrincipalArn };
    const pair = chooseRole(assertion?.roleValues, requested);
    checkPartition(pair, target.region);
    const duration = options.explicit.has('temporaryTokenDuration')
      ? options.temporaryTokenDuration
      : undefined;
    const durationSeconds = resolveSessionSeconds(duration, assertion, now);
    const request = { ...target, ...pair, assertion: encoded, durationSeconds, signal };
    const credentials = await (duration === undefined
      ? assumeWithFallback(request)
      : assumeRoleWithSaml(request));
    return { ...credentials, origin: `role ${pair.roleArn} by ${issuer.origin}` };
  };
}

/** If the role does not allow the duration of the assertion, uses the default of one hour. */
async function assumeWithFallback(request: SamlCall): Promise<Credentials> {
  try {
    return await assumeRoleWithSaml(request);
  } catch (error) {
    const isTooLong = error instanceof DriverError && error.code === 'CONN_BAD_VALUE';
    if (!isTooLong || request.durationSeconds <= SESSION_SECONDS.default) throw error;
    return assumeRoleWithSaml({ ...request, durationSeconds: SESSION_SECONDS.default });
  }
}

/** Roles and providers exist in one partition only. */
function checkPartition({ roleArn, principalArn }: RolePair, region: string): void {
  for (const arn of [roleArn, principalArn]) {
    const partition = arn.split(':')[1];
    if (partition === findPartition(region)) continue;
    throw new DriverError(
      'AUTH_ROLE',
      `${arn} is in partition ${partition}, but AWSRegion ${region} is in ${findPartition(region)}`,
      { remedy: 'Set AWSRegion to a Region in the partition of the role.' },
    );
  }
}
