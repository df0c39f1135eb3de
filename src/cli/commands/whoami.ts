import { Command } from 'commander';
import type { Identity } from '../../session/connection.ts';
import { examples, connectionOption } from '../options.ts';
import type { Io } from '../io.ts';
import { escapeControl } from '../../host/node/escape-control.ts';
import { createWriter } from '../output/writer.ts';
import { type ConnectionFlags, withConnection } from '../with-connection.ts';

interface WhoamiFlags extends ConnectionFlags {
  readonly json?: true;
}

/** `dynadbc whoami`: shows the AWS identity of the connection. */
export function whoamiCommand(io: Io): Command {
  return new Command('whoami')
    .summary('show the AWS identity of the connection')
    .description('Signs in and shows the AWS identity, the source of the credentials and when they expire.')
    .addOption(connectionOption())
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      examples('dynadbc whoami -c "AWSCredentialsFileProfile=work"', 'dynadbc whoami --json'),
    )
    .action((flags: WhoamiFlags) =>
      withConnection(flags, io, async (connection, signal) => {
        const identity = await connection.whoami({ signal });
        await createWriter(io.stdout.stream)(
          flags.json ? formatIdentityJson(identity) : formatIdentity(identity, io.now()),
        );
      }),
    );
}

function formatIdentityJson({ scheme, account, arn, accessKeyId, expiration, source }: Identity): string {
  const shown = { scheme, account, arn, accessKeyId, expiration: expiration?.toISOString() ?? null, source };
  return `${JSON.stringify(shown, undefined, 2)}\n`;
}

function formatIdentity(
  { scheme, account, arn, accessKeyId, expiration, source }: Identity,
  now: number,
): string {
  const lines = [
    ['scheme', scheme],
    ['account', account],
    ['arn', arn],
    ['access key', accessKeyId],
    [
      'expires',
      expiration === undefined ? 'never' : `${expiration.toISOString()} (${formatTimeLeft(expiration, now)})`,
    ],
    ['source', source],
  ] as const;
  return lines.map(([name, value]) => `${name.padEnd(11)} ${escapeControl(value)}\n`).join('');
}

/** `in 2 h 5 min`, or `expired`. */
function formatTimeLeft(end: Date, now: number): string {
  const minutes = Math.floor((end.getTime() - now) / 60_000);
  if (minutes < 0) return 'expired';
  return minutes < 60 ? `in ${minutes} min` : `in ${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
