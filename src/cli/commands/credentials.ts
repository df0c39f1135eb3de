import { Command, Option } from 'commander';
import type { Credentials } from '../../core/credentials.ts';
import { examples } from '../examples.ts';
import type { Io } from '../io.ts';
import { writer } from '../output/writer.ts';
import { connectionOption } from '../options.ts';
import { UsageError } from '../usage-error.ts';
import { type ConnectionFlags, connectionText, interruptible } from '../with-connection.ts';

type Format = keyof typeof FORMATS;

interface CredentialsFlags extends ConnectionFlags {
  readonly format: Format;
  readonly show?: true;
}

/** `dynadbc credentials`: signs in and hands the credentials to another program. */
export function credentialsCommand(io: Io): Command {
  return new Command('credentials')
    .summary('sign in and print the credentials for another program')
    .description(
      'Signs in and prints the credentials, secrets and all, for another program: as credential_process of the AWS ' +
        'tools expects them, as variables of a shell, or as JSON.',
    )
    .addOption(connectionOption())
    .addOption(
      new Option('--format <format>', 'how they are printed')
        .choices(Object.keys(FORMATS))
        .default('process'),
    )
    .option('--show', 'print them even on a terminal')
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
          'Credentials are not printed on a terminal.',
          'Send them to another program with a pipe, or add --show.',
        );
      }
      const credentials = await interruptible(io, (signal) =>
        io.fetchCredentials(connectionText(flags, io), { signal }),
      );
      await writer(io.stdout.stream)(FORMATS[flags.format](credentials));
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
  // A token that was set before would not fit these keys.
  env: (credentials: Credentials) =>
    variables(
      credentials,
      (name, value) => `export ${name}='${value.replaceAll("'", String.raw`'\''`)}'`,
      (name) => `unset ${name}`,
    ),
  json: ({ accessKeyId, secretAccessKey, sessionToken, expiration, accountId, origin }: Credentials) =>
    json({ accessKeyId, secretAccessKey, sessionToken, expiration, accountId, source: origin }),
  powershell: (credentials: Credentials) =>
    variables(
      credentials,
      (name, value) => `$Env:${name} = '${value.replaceAll("'", "''")}'`,
      (name) => `Remove-Item Env:${name} -ErrorAction SilentlyContinue`,
    ),
} as const;

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function variables(
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
