import type { Options } from '../connstring/properties.ts';
import { parseByteSize } from '../core/byte-size.ts';
import { DriverError, getErrorMessage } from '../core/errors.ts';
import { LOG_MODULES, type Log, type LogModule } from '../core/log.ts';
import { nearest } from '../core/nearest.ts';
import type { Ports } from '../core/ports.ts';
import { Secret } from '../core/secret.ts';

/** The log that the connection string asks for; undefined where it asks for none. */
export async function openLog(properties: Options, ports: Ports): Promise<Log | undefined> {
  const { logFile: path, verbosity, maxLogFileSize, maxLogFileCount } = properties;
  const modules = modulesOf(properties.logModules);
  if (path === undefined || ports.openLog === undefined) return undefined;
  const bounds = {
    maxBytes: maxLogFileSize === undefined ? Infinity : parseByteSize(maxLogFileSize),
    maxFiles: maxLogFileCount === undefined || maxLogFileCount < 1 ? Infinity : maxLogFileCount,
  };
  const sink = await ports
    .openLog(path, bounds, (error) =>
      ports.warn(`Logfile ${path}: ${getErrorMessage(error)}; nothing more is logged`),
    )
    .catch((error: unknown) => {
      throw new DriverError(
        'CONN_BAD_VALUE',
        `Logfile: ${path} cannot be written: ${getErrorMessage(error)}`,
        {
          cause: error,
        },
      );
    });
  const hide = hiderOf(properties);
  return {
    wants: (level, module) => level <= verbosity && modules.has(module),
    write(level, module, text) {
      if (level > verbosity || !modules.has(module)) return;
      const time = new Date(ports.now()).toISOString();
      // A line is a record: what has several lines must not look like more records.
      sink.write(`${time} ${level} ${module} ${hide(text).replaceAll(/\r?\n/g, '\n  ')}`);
    },
    close: () => sink.close(),
  };
}

function modulesOf(given: readonly string[] | undefined): ReadonlySet<LogModule> {
  if (given === undefined || given.length === 0) return new Set(LOG_MODULES);
  return new Set(
    given.map((word) => {
      const module = LOG_MODULES.find((each) => each === word.toLowerCase());
      if (module !== undefined) return module;
      throw new DriverError(
        'CONN_BAD_VALUE',
        `LogModules: there is no ${word}; there are ${LOG_MODULES.join(', ')}`,
        {
          candidates: nearest(word, LOG_MODULES),
        },
      );
    }),
  );
}

/** Shorter ones would hide parts of words. */
const SHORTEST_SECRET = 4;

/** Whatever is logged, the secrets of the connection string are not. */
function hiderOf(properties: Options): (text: string) => string {
  const secrets = [...secretsIn(properties)]
    .map((secret) => secret.reveal())
    .filter((text) => text.length >= SHORTEST_SECRET)
    .toSorted((a, b) => b.length - a.length);
  return (text) => secrets.reduce((hidden, secret) => hidden.replaceAll(secret, '***'), text);
}

function* secretsIn(value: unknown): Generator<Secret> {
  if (value instanceof Secret) yield value;
  else if (typeof value === 'object' && value !== null && !(value instanceof Set))
    for (const member of Object.values(value)) yield* secretsIn(member);
}
