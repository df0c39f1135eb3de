import type { CredentialSource } from '../core/credentials.ts';
import { DriverError } from '../core/errors.ts';
import { readNamedFile } from '../core/named-file.ts';
import type { Ports } from '../core/ports.ts';
import { Secret } from '../core/secret.ts';
import type { Options } from '../connstring/properties.ts';
import { STS_OPTIONS, sessionName, stsTarget } from './role-options.ts';
import { assumeRoleWithWebIdentity } from '../aws/sts.ts';

/** What a role by a web identity's token is found with. */
export const WEB_IDENTITY_OPTIONS = [
  'awsRoleArn',
  'awsWebIdentityToken',
  'awsWebIdentityTokenFile',
  'roleSessionName',
  'temporaryTokenDuration',
  ...STS_OPTIONS,
] as const;
export type WebIdentityOptions = Pick<Options, (typeof WEB_IDENTITY_OPTIONS)[number] | 'explicit'>;

/** A role, and where the token comes from. */
interface Found {
  readonly roleArn: string;
  readonly token: Secret | { readonly file: string };
}

/** The role and the token of the connection, else of the pod's environment; an error that names what is missing. */
export function webIdentityOf(given: WebIdentityOptions, ports: Ports): Found {
  const roleArn = given.awsRoleArn ?? ports.env('AWS_ROLE_ARN');
  const file = given.awsWebIdentityTokenFile;
  const token = given.awsWebIdentityToken ?? (file === undefined ? undefined : { file });
  if (roleArn !== undefined && token !== undefined) return { roleArn, token };
  const missing = [
    ...(roleArn === undefined ? ['AWSRoleARN (or AWS_ROLE_ARN in the environment)'] : []),
    ...(token === undefined
      ? ['AWSWebIdentityToken or AWSWebIdentityTokenFile (or AWS_WEB_IDENTITY_TOKEN_FILE in the environment)']
      : []),
  ];
  throw new DriverError('AUTH_MISSING_PROPERTY', `A web identity needs ${missing.join(' and ')}`);
}

/** Credentials of a role for the bearer of a web identity's token. */
export function webIdentity(given: WebIdentityOptions, ports: Ports): CredentialSource {
  return async (signal) => {
    const { roleArn, token } = webIdentityOf(given, ports);
    const named = given.roleSessionName ?? ports.env('AWS_ROLE_SESSION_NAME');
    const credentials = await assumeRoleWithWebIdentity({
      ...stsTarget(given, ports),
      roleArn,
      sessionName: named ?? sessionName(given, ports),
      token: await tokenOf(token, ports),
      // Unless it was asked for, the role's own default is the one that is sure to be allowed.
      durationSeconds: given.explicit.has('temporaryTokenDuration') ? given.temporaryTokenDuration : undefined,
      signal,
    });
    const whose = token instanceof Secret ? 'AWSWebIdentityToken' : token.file;
    return { ...credentials, origin: `role ${roleArn} by the web identity of ${whose}` };
  };
}

async function tokenOf(token: Found['token'], ports: Ports): Promise<Secret> {
  if (token instanceof Secret) return usable(token.reveal(), 'AWSWebIdentityToken');
  const { file } = token;
  // Whoever issues the tokens renews the file.
  const text = await readNamedFile(file, ports, 'AUTH_NO_CREDENTIALS');
  if (text !== undefined) return usable(text, file);
  throw new DriverError('AUTH_NO_CREDENTIALS', `There is no file ${file} with the token of a web identity`, {
    remedy: 'Name the file that your identity provider writes as AWSWebIdentityTokenFile.',
  });
}

function usable(text: string, where: string): Secret {
  const token = text.trim();
  if (/^[/~]|^[A-Za-z]:\\/.test(token)) {
    throw new DriverError('AUTH_NO_CREDENTIALS', `${where} holds a path in place of a token`, {
      remedy: 'Give the path as AWSWebIdentityTokenFile.',
    });
  }
  if (/^[\x21-\x7E]{4,20000}$/.test(token)) return new Secret(token);
  const found = token === '' ? 'nothing' : 'something else';
  throw new DriverError(
    'AUTH_NO_CREDENTIALS',
    `${where} holds ${found}; expected a token of 4 to 20000 characters`,
    {
      remedy: 'Get a new token from your identity provider.',
    },
  );
}
