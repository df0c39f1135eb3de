import { DriverError } from '../core/errors.ts';
import { adfs } from './adfs.ts';
import { auto } from './auto.ts';
import { awsCognitoBasic } from './aws-cognito-basic.ts';
import { awsCognitoSrp } from './aws-cognito-srp.ts';
import { awsContainer } from './aws-container.ts';
import { awsCredentialsFile } from './aws-credentials-file.ts';
import { awsEc2Roles } from './aws-ec2-roles.ts';
import { awsIamRoles } from './aws-iam-roles.ts';
import { awsMfa } from './aws-mfa.ts';
import { awsRootKeys } from './aws-root-keys.ts';
import { awsWebIdentity } from './aws-web-identity.ts';
import { okta } from './okta.ts';
import { pingFederate } from './pingfederate.ts';
import { samlAssertion } from './saml-assertion.ts';
import type { AuthScheme } from '../credentials/scheme.ts';
import { temporaryCredentials } from './temporary-credentials.ts';

/** Every way to sign in that this version has. */
export const AUTH_SCHEMES: readonly AuthScheme[] = [
  auto,
  awsRootKeys,
  temporaryCredentials,
  awsIamRoles,
  awsMfa,
  awsEc2Roles,
  awsContainer,
  awsWebIdentity,
  awsCredentialsFile,
  okta,
  adfs,
  pingFederate,
  samlAssertion,
  awsCognitoSrp,
  awsCognitoBasic,
];

/** The scheme of that name. */
export function schemeNamed(name: string): AuthScheme {
  const scheme = AUTH_SCHEMES.find((candidate) => candidate.name === name);
  if (scheme !== undefined) return scheme;
  const available = AUTH_SCHEMES.map((candidate) => candidate.name);
  throw new DriverError(
    'AUTH_NOT_SUPPORTED',
    `AuthScheme ${name} is not supported in this version; there are ${available.join(', ')}`,
    { candidates: available },
  );
}
