import { lazy } from '../core/async/lazy.ts';
import { DriverError } from '../core/errors.ts';
import type { AuthScheme } from '../credentials/scheme.ts';

/** Every AuthScheme by name. A scheme and its imports are loaded when it is first used. */
const LOADERS: ReadonlyMap<string, () => Promise<AuthScheme>> = new Map<string, () => Promise<AuthScheme>>([
  ['Auto', lazy(async () => (await import('./auto.ts')).auto)],
  ['AwsRootKeys', lazy(async () => (await import('./aws-root-keys.ts')).awsRootKeys)],
  [
    'TemporaryCredentials',
    lazy(async () => (await import('./temporary-credentials.ts')).temporaryCredentials),
  ],
  ['AwsIAMRoles', lazy(async () => (await import('./aws-iam-roles.ts')).awsIamRoles)],
  ['AwsMFA', lazy(async () => (await import('./aws-mfa.ts')).awsMfa)],
  ['AwsEC2Roles', lazy(async () => (await import('./aws-ec2-roles.ts')).awsEc2Roles)],
  ['AwsContainer', lazy(async () => (await import('./aws-container.ts')).awsContainer)],
  ['AwsWebIdentity', lazy(async () => (await import('./aws-web-identity.ts')).awsWebIdentity)],
  ['AwsCredentialsFile', lazy(async () => (await import('./aws-credentials-file.ts')).awsCredentialsFile)],
  ['Okta', lazy(async () => (await import('./okta.ts')).okta)],
  ['ADFS', lazy(async () => (await import('./adfs.ts')).adfs)],
  ['PingFederate', lazy(async () => (await import('./pingfederate.ts')).pingFederate)],
  ['SAMLAssertion', lazy(async () => (await import('./saml-assertion.ts')).samlAssertion)],
  ['AwsCognitoSrp', lazy(async () => (await import('./aws-cognito-srp.ts')).awsCognitoSrp)],
  ['AwsCognitoBasic', lazy(async () => (await import('./aws-cognito-basic.ts')).awsCognitoBasic)],
]);

/** Loads a scheme by name; AUTH_NOT_SUPPORTED if there is none. */
export async function loadScheme(name: string): Promise<AuthScheme> {
  const load = LOADERS.get(name);
  if (load !== undefined) return load();
  const available = [...LOADERS.keys()];
  throw new DriverError(
    'AUTH_NOT_SUPPORTED',
    `AuthScheme ${name} is not supported (available: ${available.join(', ')})`,
    { candidates: available },
  );
}

/** Loads all schemes, in the order of the documentation. */
export function loadAllSchemes(): Promise<readonly AuthScheme[]> {
  return Promise.all([...LOADERS.values()].map((load) => load()));
}
