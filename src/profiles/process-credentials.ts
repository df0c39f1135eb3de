import { PROPERTIES } from '../connstring/properties.ts';
import { type Credentials, toExpiration, isCredentialString } from '../core/credentials.ts';
import { getErrorMessage } from '../core/errors.ts';
import type { ProgramResult } from '../core/ports.ts';
import { splitCommand } from '../core/split-command.ts';
import { parseZonedTime } from '../core/zoned-time.ts';
import { namedBy } from './profile-files.ts';
import { type ProfileKind, firstKey, profileError } from './profile-kind.ts';

const BOUNDS = { timeoutMs: 60_000, maxBytes: 64 * 1024 };

/** Credentials that a program prints, as `credential_process` of the AWS tools describes it. */
export const processCredentials: ProfileKind = {
  what: 'a process',
  key: (profile) => firstKey(profile, 'credential_process'),
  source(profile, key, context) {
    const argv = splitCommand(key.value, context.ports.platform);
    const fault = (message: string, cause?: unknown): Error =>
      profileError(key, `credential_process of profile "${profile.name}" ${message}`, context.chain, {
        cause,
      });
    if (argv === undefined) throw fault('has a quotation that does not end');
    if (argv.length === 0 || argv[0] === '') throw fault('names no program');
    const run = context.ports.run?.bind(context.ports);
    if (run === undefined) throw fault('names a program, but programs may not be run here');
    const named = namedBy(key.file, context.options, context.ports);
    if (named !== undefined && context.ports.trusted !== true) {
      const message = `names a program, and only ${PROPERTIES[named].key} of the connection names the file`;
      throw profileError(key, `credential_process of profile "${profile.name}" ${message}`, context.chain, {
        remedy:
          'Nothing was run. Name the file in the environment, put the profile into ~/.aws/config, or connect with { trusted: true } where nobody else writes the connection string.',
      });
    }
    return async (signal) => {
      let result: ProgramResult;
      try {
        result = await run(argv, BOUNDS, signal);
      } catch (cause) {
        signal.throwIfAborted();
        throw fault(`could not be run: ${getErrorMessage(cause)}`, cause);
      }
      if (result.status !== 0) throw fault(ending(result));
      const document = objectIn(result.stdout);
      if (document === undefined) throw fault('printed something other than a JSON object');
      const problem = problemOf(document);
      if (problem !== undefined) throw fault(problem);
      return credentialsOf(document, `credential_process of profile "${profile.name}" of ${key.file}`);
    };
  },
};

/** The program's status and its last words, without what looks like a secret. */
function ending({ status, stderr }: ProgramResult): string {
  const how = status === null ? 'was ended by a signal' : `ended with status ${status}`;
  const last = stderr.trim().split('\n').at(-1)?.trim().slice(0, 300) ?? '';
  const said = last.replaceAll(/[\w+/=.~-]{16,}/g, (word) => (/\d/.test(word) ? '***' : word));
  return said === '' ? how : `${how}: ${said}`;
}

function objectIn(text: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
  } catch {
    // The parser's message quotes the text, which may hold a secret.
    return undefined;
  }
}

function problemOf(document: ReadonlyMap<string, unknown>): string | undefined {
  if (document.get('Version') !== 1) return 'printed no "Version": 1';
  for (const key of ['AccessKeyId', 'SecretAccessKey']) {
    if (!isCredentialString(document.get(key))) return `printed no ${key}`;
  }
  const token = document.get('SessionToken');
  if (token !== undefined && token !== null && !isCredentialString(token))
    return 'printed a SessionToken that is no text';
  const expiration = document.get('Expiration');
  if (expiration !== undefined && expiration !== null && endOf(expiration) === undefined) {
    return 'printed an Expiration that is no time';
  }
  return undefined;
}

function credentialsOf(document: ReadonlyMap<string, unknown>, origin: string): Credentials {
  const word = (key: string): string | undefined => {
    const value = document.get(key);
    return isCredentialString(value) ? value : undefined;
  };
  const expiration = endOf(document.get('Expiration'));
  const sessionToken = word('SessionToken');
  const accountId = word('AccountId');
  return {
    accessKeyId: word('AccessKeyId') ?? '',
    secretAccessKey: word('SecretAccessKey') ?? '',
    ...(sessionToken === undefined ? {} : { sessionToken }),
    ...(expiration === undefined ? {} : { expiration }),
    ...(accountId === undefined ? {} : { accountId }),
    origin,
  };
}

function endOf(value: unknown): Date | undefined {
  return typeof value === 'string' ? toExpiration(parseZonedTime(value)) : undefined;
}
