import type { Dispatcher } from 'undici';
import { dnsSuffix, toRegionCode } from '../aws/regions.ts';
import type { Options } from '../connstring/properties.ts';
import type { Ports } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';
import type { Problem } from '../core/errors.ts';

/** A user pool and one of its app clients. */
export interface UserPool {
  readonly id: string;
  /** The part of the ID after the Region, which SRP hashes. */
  readonly name: string;
  readonly region: string;
  readonly clientId: string;
  readonly clientSecret?: Secret | undefined;
  readonly endpoint?: string | undefined;
  /** Undefined for the default dispatcher. */
  readonly dispatcher?: Dispatcher | undefined;
}

/** An identity pool. */
export interface IdentityPool {
  readonly id: string;
  readonly region: string;
  /** The name of the user pool as a login provider. */
  readonly provider: string;
  readonly roleArn?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly dispatcher?: Dispatcher | undefined;
}

type PoolOptions = Pick<
  Options,
  | 'awsCognitoRegion'
  | 'awsUserPoolClientAppSecret'
  | 'awsRoleArn'
  | 'cognitoIdpEndpoint'
  | 'cognitoIdentityEndpoint'
> & {
  readonly awsUserPoolId: string;
  readonly awsUserPoolClientAppId: string;
  readonly awsIdentityPoolId: string;
};

/** Checks the IDs of the pools before anything is sent. */
export function checkPoolOptions(options: PoolOptions): Problem | undefined {
  const region = splitPoolId(options.awsUserPoolId, '_')?.region;
  if (region === undefined)
    return toBadIdProblem('AWSUserPoolId', options.awsUserPoolId, 'eu-west-1_AbCdEf123');
  if (splitPoolId(options.awsIdentityPoolId, ':') === undefined) {
    const example = 'eu-west-1:01234567-89ab-cdef-0123-456789abcdef';
    return toBadIdProblem('AWSIdentityPoolId', options.awsIdentityPoolId, example);
  }
  if (options.awsCognitoRegion === undefined || options.awsCognitoRegion === region) return undefined;
  return {
    code: 'AUTH_CONFLICTING_PROPERTY',
    message: `AWSUserPoolId ${options.awsUserPoolId} is in ${region}, but AWSCognitoRegion is ${options.awsCognitoRegion}`,
  };
}

function toBadIdProblem(key: string, value: string, example: string): Problem {
  return { code: 'CONN_BAD_VALUE', message: `${key} is "${value}"; expected an ID such as ${example}` };
}

/** Splits the ID of a pool into the Region and the rest. */
function splitPoolId(id: string, separator: '_' | ':'): { region: string; rest: string } | undefined {
  const at = id.indexOf(separator);
  const region = id.slice(0, Math.max(at, 0));
  const rest = id.slice(at + 1);
  return toRegionCode(region) === region && /^[\w-]+$/.test(rest) ? { region, rest } : undefined;
}

/** The user pool of options that passed `checkPoolOptions`. */
export function toUserPool(options: PoolOptions, ports: Pick<Ports, 'network'>): UserPool {
  const { region, rest } = splitPoolId(options.awsUserPoolId, '_') ?? { region: '', rest: '' };
  return {
    id: options.awsUserPoolId,
    name: rest,
    region,
    clientId: options.awsUserPoolClientAppId,
    clientSecret: options.awsUserPoolClientAppSecret,
    endpoint: options.cognitoIdpEndpoint,
    dispatcher: ports.network?.dispatcher,
  };
}

/** The identity pool of options that passed `checkPoolOptions`, with that user pool as the login provider. */
export function toIdentityPool(options: PoolOptions, { id, region, dispatcher }: UserPool): IdentityPool {
  return {
    id: options.awsIdentityPoolId,
    region: splitPoolId(options.awsIdentityPoolId, ':')?.region ?? '',
    provider: `cognito-idp.${region}.${dnsSuffix(region)}/${id}`,
    roleArn: options.awsRoleArn,
    endpoint: options.cognitoIdentityEndpoint,
    dispatcher,
  };
}
