import type { Dispatcher } from 'undici';
import { dnsSuffix, toRegionCode } from '../aws/regions.ts';
import type { Options } from '../connstring/properties.ts';
import type { Ports } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';
import type { Problem } from '../core/errors.ts';

/** A user pool, seen through one of its app clients. */
export interface UserPool {
  readonly id: string;
  /** The part of the ID that SRP hashes. */
  readonly name: string;
  readonly region: string;
  readonly clientId: string;
  readonly clientSecret?: Secret | undefined;
  readonly endpoint?: string | undefined;
  /** The way to Cognito, where it is not the usual one. */
  readonly dispatcher?: Dispatcher | undefined;
}

/** An identity pool and how it calls the user pool. */
export interface IdentityPool {
  readonly id: string;
  readonly region: string;
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

/** What is wrong with the IDs of the pools, before anything is sent. */
export function poolProblem(given: PoolOptions): Problem | undefined {
  const region = partsOf(given.awsUserPoolId, '_')?.region;
  if (region === undefined) return badId('AWSUserPoolId', given.awsUserPoolId, 'eu-west-1_AbCdEf123');
  if (partsOf(given.awsIdentityPoolId, ':') === undefined) {
    const example = 'eu-west-1:01234567-89ab-cdef-0123-456789abcdef';
    return badId('AWSIdentityPoolId', given.awsIdentityPoolId, example);
  }
  if (given.awsCognitoRegion === undefined || given.awsCognitoRegion === region) return undefined;
  return {
    code: 'AUTH_CONFLICTING_PROPERTY',
    message: `AWSUserPoolId ${given.awsUserPoolId} is in ${region}, but AWSCognitoRegion is ${given.awsCognitoRegion}`,
  };
}

function badId(key: string, value: string, example: string): Problem {
  return { code: 'CONN_BAD_VALUE', message: `${key} is "${value}"; expected an ID such as ${example}` };
}

/** Region and rest of a pool's ID. */
function partsOf(id: string, separator: '_' | ':'): { region: string; rest: string } | undefined {
  const at = id.indexOf(separator);
  const region = id.slice(0, Math.max(at, 0));
  const rest = id.slice(at + 1);
  return toRegionCode(region) === region && /^[\w-]+$/.test(rest) ? { region, rest } : undefined;
}

/** The user pool of IDs that were found to be right. */
export function userPool(given: PoolOptions, ports: Pick<Ports, 'network'>): UserPool {
  const { region, rest } = partsOf(given.awsUserPoolId, '_') ?? { region: '', rest: '' };
  return {
    id: given.awsUserPoolId,
    name: rest,
    region,
    clientId: given.awsUserPoolClientAppId,
    clientSecret: given.awsUserPoolClientAppSecret,
    endpoint: given.cognitoIdpEndpoint,
    dispatcher: ports.network?.dispatcher,
  };
}

/** The identity pool of IDs that were found to be right, which knows that user pool. */
export function identityPool(given: PoolOptions, { id, region, dispatcher }: UserPool): IdentityPool {
  return {
    id: given.awsIdentityPoolId,
    region: partsOf(given.awsIdentityPoolId, ':')?.region ?? '',
    provider: `cognito-idp.${region}.${dnsSuffix(region)}/${id}`,
    roleArn: given.awsRoleArn,
    endpoint: given.cognitoIdentityEndpoint,
    dispatcher,
  };
}
