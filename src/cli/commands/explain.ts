import { Argument, Command } from 'commander';
import { examples, connectionOption, parameterOption } from '../options.ts';
import { aboutStatement } from '../failure.ts';
import type { Io } from '../io.ts';
import { escapeControlLines } from '../../host/node/escape-control.ts';
import { createWriter } from '../output/writer.ts';
import { parametersFor } from '../parameters.ts';
import { readStatement } from '../statement-text.ts';
import { type ConnectionFlags, withConnection } from '../with-connection.ts';

interface ExplainFlags extends ConnectionFlags {
  readonly json?: true;
  readonly param?: readonly string[];
}

/** `dynadbc explain`: shows the plan of a statement without running it. */
export function explainCommand(io: Io): Command {
  return new Command('explain')
    .summary('show the plan of a statement')
    .description(
      'Shows the requests a statement would send, the index it would use and why not the others, and the estimated cost. Reads no rows.',
    )
    .addArgument(new Argument('[sql]', 'SQL statement ("-" or omitted: read stdin)'))
    .addOption(connectionOption())
    .addOption(parameterOption())
    .option('--json', 'print one JSON object')
    .addHelpText('after', examples(`dynadbc explain "SELECT * FROM orders WHERE status = 'open'"`))
    .action((argument: string | undefined, flags: ExplainFlags) => runExplain(argument, flags, io));
}

async function runExplain(argument: string | undefined, flags: ExplainFlags, io: Io): Promise<void> {
  const sql = await readStatement({ argument, file: undefined }, io);
  await withConnection(flags, io, (connection) =>
    aboutStatement(sql, async () => {
      const parameters = await parametersFor(connection, sql, flags.param ?? []);
      const explanation = await connection.explain(sql, parameters);
      const text = flags.json
        ? JSON.stringify(explanation, undefined, 2)
        : escapeControlLines(explanation.text.trimEnd());
      await createWriter(io.stdout.stream)(`${text}\n`);
    }),
  );
}
