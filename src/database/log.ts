import type { Options } from '../connstring/properties.ts';
import { parseByteSize } from '../core/byte-size.ts';
import { DriverError, getErrorMessage } from '../core/errors.ts';
import { LOG_MODULES, type Log, type LogModule } from '../core/log.ts';
import { nearest } from '../core/nearest.ts';
import type { Ports } from '../core/ports.ts';
import { Secret } from '../core/secret.ts';

/** Opens the log of the connection string; undefined without Logfile. */
export async function openLog(properties: Options, ports: Ports): Promise<Log | undefined> {
  const { logFile: path, verbosity, maxLogFileSize, maxLogFileCount } = properties;
  const modules = parseModules(properties.logModules);
  if (path === undefined || ports.openLog === undefined) return undefined;
  const bounds = {
    maxBytes: maxLogFileSize === undefined ? Infinity : parseByteSize(maxLogFileSize),
    maxFiles: maxLogFileCount === undefined || maxLogFileCount < 1 ? Infinity : maxLogFileCount,
  };
  const sink = await ports
    .openLog(path, bounds, (error) =>
      ports.warn(`Logfile ${path}: ${getErrorMessage(error)}; logging has stopped`),
    )
    .catch((error: unknown) => {
      throw new DriverError(
        'CONN_BAD_VALUE',
        `could not open Logfile "${path}" for writing: ${getErrorMessage(error)}`,
        {
          cause: error,
        },
      );
    });
  const redact = createLogRedactor(properties);
  return {
    wants: (level, module) => level <= verbosity && modules.has(module),
    write(level, module, text) {
      if (level > verbosity || !modules.has(module)) return;
      const time = new Date(ports.now()).toISOString();
      // One record per line: further lines of a message must not look like records.
      sink.write(`${time} ${level} ${module} ${redact(text).replaceAll(/\r?\n/g, '\n  ')}`);
    },
    close: () => sink.close(),
  };
}

function parseModules(names: readonly string[] | undefined): ReadonlySet<LogModule> {
  if (names === undefined || names.length === 0) return new Set(LOG_MODULES);
  return new Set(
    names.map((name) => {
      const module = LOG_MODULES.find((each) => each === name.toLowerCase());
      if (module !== undefined) return module;
      throw new DriverError(
        'CONN_BAD_VALUE',
        `LogModules: unknown module "${name}"; expected ${LOG_MODULES.join(', ')}`,
        {
          candidates: nearest(name, LOG_MODULES),
        },
      );
    }),
  );
}

/** Shorter secrets would mask parts of words. */
const MIN_SECRET_CHARACTERS = 4;

/** Masks the secrets of the connection string. */
function createLogRedactor(properties: Options): (text: string) => string {
  const secrets = [...listSecrets(properties)]
    .map((secret) => secret.reveal())
    .filter((text) => text.length >= MIN_SECRET_CHARACTERS)
    .toSorted((a, b) => b.length - a.length);
  return (text) => secrets.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
}

function* listSecrets(value: unknown): Generator<Secret> {
  if (value instanceof Secret) yield value;
  else if (typeof value === 'object' && value !== null && !(value instanceof Set))
    for (const member of Object.values(value)) yield* listSecrets(member);
}
