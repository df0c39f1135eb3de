import type { CredentialSource } from '../core/credentials.ts';
import { DriverError } from '../core/errors.ts';
import { readNamedFile } from '../core/named-file.ts';
import type { Ports } from '../core/ports.ts';
import { Secret } from '../core/secret.ts';
import type { Options } from '../connstring/properties.ts';
import { STS_OPTIONS, resolveSessionName, resolveStsTarget } from './role-options.ts';
import { assumeRoleWithWebIdentity } from '../aws/sts.ts';

/** The properties of a role that is assumed with a web identity token. */
export const WEB_IDENTITY_OPTIONS = [
  'awsRoleArn',
  'awsWebIdentityToken',
  'awsWebIdentityTokenFile',
  'roleSessionName',
  'temporaryTokenDuration',
  ...STS_OPTIONS,
] as const;
export type WebIdentityOptions = Pick<Options, (typeof WEB_IDENTITY_OPTIONS)[number] | 'explicit'>;

/** The role, and the token or its file. */
interface WebIdentity {
  readonly roleArn: string;
  readonly token: Secret | { readonly file: string };
}

/** The role and the token from the properties, else from the environment; AUTH_MISSING_PROPERTY names what is missing. */
export function resolveWebIdentity(options: WebIdentityOptions, ports: Ports): WebIdentity {
  const roleArn = options.awsRoleArn ?? ports.env('AWS_ROLE_ARN');
  const file = options.awsWebIdentityTokenFile;
  const token = options.awsWebIdentityToken ?? (file === undefined ? undefined : { file });
  if (roleArn !== undefined && token !== undefined) return { roleArn, token };
  const missing = [
    ...(roleArn === undefined ? ['AWSRoleARN (or AWS_ROLE_ARN in the environment)'] : []),
    ...(token === undefined
      ? ['AWSWebIdentityToken or AWSWebIdentityTokenFile (or AWS_WEB_IDENTITY_TOKEN_FILE in the environment)']
      : []),
  ];
  throw new DriverError('AUTH_MISSING_PROPERTY', `A web identity requires ${missing.join(' and ')}`);
}

/** Credentials of a role that is assumed with a web identity token. */
export function fromWebIdentity(options: WebIdentityOptions, ports: Ports): CredentialSource {
  return async (signal) => {
    const { roleArn, token } = resolveWebIdentity(options, ports);
    const roleSessionName = options.roleSessionName ?? ports.env('AWS_ROLE_SESSION_NAME');
    const credentials = await assumeRoleWithWebIdentity({
      ...resolveStsTarget(options, ports),
      roleArn,
      sessionName: roleSessionName ?? resolveSessionName(options, ports),
      token: await readToken(token, ports),
      // By default the role decides: every role allows its default.
      durationSeconds: options.explicit.has('temporaryTokenDuration')
        ? options.temporaryTokenDuration
        : undefined,
      signal,
    });
    const tokenSource = token instanceof Secret ? 'AWSWebIdentityToken' : token.file;
    return { ...credentials, origin: `role ${roleArn} with the web identity token from ${tokenSource}` };
  };
}

async function readToken(token: WebIdentity['token'], ports: Ports): Promise<Secret> {
  if (token instanceof Secret) return checkToken(token.reveal(), 'AWSWebIdentityToken');
  const { file } = token;
  // The identity provider rotates the token, so the file is read each time.
  const content = await readNamedFile(file, ports, 'AUTH_NO_CREDENTIALS');
  if (content !== undefined) return checkToken(content, file);
  throw new DriverError(
    'AUTH_NO_CREDENTIALS',
    `could not open web identity token file "${file}": no such file`,
    {
      remedy: 'Set AWSWebIdentityTokenFile to the file that your identity provider writes.',
    },
  );
}

function checkToken(content: string, where: string): Secret {
  const token = content.trim();
  if (/^[/~]|^[A-Za-z]:\\/.test(token)) {
    throw new DriverError('AUTH_NO_CREDENTIALS', `${where} contains a path instead of a token`, {
      remedy: 'Set AWSWebIdentityTokenFile to the path.',
    });
  }
  if (/^[\x21-\x7E]{4,20000}$/.test(token)) return new Secret(token);
  const found = token === '' ? 'is empty' : 'does not contain a token';
  throw new DriverError('AUTH_NO_CREDENTIALS', `${where} ${found}; expected 4 to 20000 ASCII characters`, {
    remedy: 'Get a new token from your identity provider.',
  });
}
