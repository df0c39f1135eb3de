import { lazy } from '../core/async/lazy.ts';
import { DriverError } from '../core/errors.ts';
import type { AuthScheme } from '../credentials/scheme.ts';

/** Every AuthScheme of this version by its name. A scheme's file, and all that it imports, is loaded when the scheme is chosen. */
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

/** The scheme of that name. */
export async function loadScheme(name: string): Promise<AuthScheme> {
  const load = LOADERS.get(name);
  if (load !== undefined) return load();
  const available = [...LOADERS.keys()];
  throw new DriverError(
    'AUTH_NOT_SUPPORTED',
    `AuthScheme ${name} is not supported in this version; there are ${available.join(', ')}`,
    { candidates: available },
  );
}

/** All of them, in the order of the documentation. */
export function loadAllSchemes(): Promise<readonly AuthScheme[]> {
  return Promise.all([...LOADERS.values()].map((load) => load()));
}
