import { DriverError } from '../core/errors.ts';
import { auto } from './auto.ts';
import { awsCredentialsFile } from './aws-credentials-file.ts';
import { awsIamRoles } from './aws-iam-roles.ts';
import { awsMfa } from './aws-mfa.ts';
import { awsRootKeys } from './aws-root-keys.ts';
import type { AuthScheme } from './scheme.ts';
import { temporaryCredentials } from './temporary-credentials.ts';

/** Every way to sign in that this version has. */
export const AUTH_SCHEMES: readonly AuthScheme[] = [
  auto,
  awsRootKeys,
  temporaryCredentials,
  awsIamRoles,
  awsMfa,
  awsCredentialsFile,
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
