import { Command, Option } from 'commander';
import type { Credentials } from '../../core/credentials.ts';
import { examples, connectionOption } from '../options.ts';
import type { Io } from '../io.ts';
import { createWriter } from '../output/writer.ts';
import { UsageError } from '../usage-error.ts';
import { type ConnectionFlags, resolveConnectionString, interruptible } from '../with-connection.ts';

type Format = keyof typeof FORMATS;

interface CredentialsFlags extends ConnectionFlags {
  readonly format: Format;
  readonly show?: true;
}

/** `dynadbc credentials`: signs in and prints the credentials for another program. */
export function credentialsCommand(io: Io): Command {
  return new Command('credentials')
    .summary('sign in and print the credentials for another program')
    .description(
      'Signs in and prints the credentials, including the secrets, for another program: in the credential_process ' +
        'format of the AWS tools, as shell variables, or as JSON.',
    )
    .addOption(connectionOption())
    .addOption(
      new Option('--format <format>', 'output format').choices(Object.keys(FORMATS)).default('process'),
    )
    .option('--show', 'print to a terminal')
    .addHelpText(
      'after',
      examples(
        'dynadbc credentials -c "AuthScheme=AwsEC2Roles" --format process',
        'eval "$(dynadbc credentials --format env)"',
        'dynadbc credentials --format powershell | Out-String | Invoke-Expression',
      ),
    )
    .action(async (flags: CredentialsFlags) => {
      if (io.stdout.isTerminal && !flags.show) {
        throw new UsageError(
          'refusing to print credentials to a terminal',
          'Pipe them to another program, or add --show.',
        );
      }
      const credentials = await interruptible(io, (signal) =>
        io.fetchCredentials(resolveConnectionString(flags, io), { signal }),
      );
      await createWriter(io.stdout.stream)(FORMATS[flags.format](credentials));
    });
}

const FORMATS = {
  process: ({ accessKeyId, secretAccessKey, sessionToken, expiration, accountId }: Credentials) =>
    json({
      Version: 1,
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
      Expiration: expiration,
      AccountId: accountId,
    }),
  // Unset a session token left over from other keys.
  env: (credentials: Credentials) =>
    formatVariables(
      credentials,
      (name, value) => `export ${name}='${value.replaceAll("'", String.raw`'\''`)}'`,
      (name) => `unset ${name}`,
    ),
  json: ({ accessKeyId, secretAccessKey, sessionToken, expiration, accountId, origin }: Credentials) =>
    json({ accessKeyId, secretAccessKey, sessionToken, expiration, accountId, source: origin }),
  powershell: (credentials: Credentials) =>
    formatVariables(
      credentials,
      (name, value) => `$Env:${name} = '${value.replaceAll("'", "''")}'`,
      (name) => `Remove-Item Env:${name} -ErrorAction SilentlyContinue`,
    ),
} as const;

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function formatVariables(
  { accessKeyId, secretAccessKey, sessionToken, expiration }: Credentials,
  set: (name: string, value: string) => string,
  unset: (name: string) => string,
): string {
  const values = [
    ['AWS_ACCESS_KEY_ID', accessKeyId],
    ['AWS_SECRET_ACCESS_KEY', secretAccessKey],
    ['AWS_SESSION_TOKEN', sessionToken],
    ['AWS_CREDENTIAL_EXPIRATION', expiration?.toISOString()],
  ] as const;
  return values.map(([name, value]) => `${value === undefined ? unset(name) : set(name, value)}\n`).join('');
}
