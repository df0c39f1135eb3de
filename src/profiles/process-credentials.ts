import { PROPERTIES } from '../connstring/properties.ts';
import { type Credentials, toExpiration, isCredentialString } from '../core/credentials.ts';
import { getErrorMessage } from '../core/errors.ts';
import type { ProgramResult } from '../core/ports.ts';
import { splitCommand } from '../core/split-command.ts';
import { parseZonedTime } from '../core/zoned-time.ts';
import { findNamingProperty } from './profile-files.ts';
import { type ProfileKind, findFirstSetting, profileError } from './profile-kind.ts';

const LIMITS = { timeoutMs: 60_000, maxBytes: 64 * 1024 };

/** Credentials from an external process, in the format of the AWS CLI's `credential_process`. */
export const processCredentials: ProfileKind = {
  what: 'an external process',
  key: (profile) => findFirstSetting(profile, 'credential_process'),
  source(profile, key, context) {
    const argv = splitCommand(key.value, context.ports.platform);
    const toError = (message: string, cause?: unknown): Error =>
      profileError(key, `credential_process of profile "${profile.name}" ${message}`, context.chain, {
        cause,
      });
    if (argv === undefined) throw toError('has an unterminated quoted string');
    if (argv.length === 0 || argv[0] === '') throw toError('names no command');
    const run = context.ports.run?.bind(context.ports);
    if (run === undefined) throw toError('cannot be run: this host does not run programs');
    const property = findNamingProperty(key.file, context.options, context.ports);
    if (property !== undefined && context.ports.trusted !== true) {
      const message = `is not allowed: an untrusted connection string names its file with ${PROPERTIES[property].key}`;
      throw profileError(key, `credential_process of profile "${profile.name}" ${message}`, context.chain, {
        remedy:
          'Nothing was run. Name the file in the environment, move the profile to ~/.aws/config, or connect with { trusted: true } if you trust the connection string.',
      });
    }
    return async (signal) => {
      let result: ProgramResult;
      try {
        result = await run(argv, LIMITS, signal);
      } catch (cause) {
        signal.throwIfAborted();
        throw toError(`could not be run: ${getErrorMessage(cause)}`, cause);
      }
      if (result.status !== 0) throw toError(describeExit(result));
      const document = parseDocument(result.stdout);
      if (document === undefined) throw toError('returned invalid output: expected a JSON object');
      const problem = findProblem(document);
      if (problem !== undefined) throw toError(problem);
      return toProcessCredentials(document, `credential_process of profile "${profile.name}" of ${key.file}`);
    };
  },
};

/** The exit status and the last line of stderr, with possible secrets masked. */
function describeExit({ status, stderr }: ProgramResult): string {
  const outcome = status === null ? 'was terminated by a signal' : `exited with status ${status}`;
  const last = stderr.trim().split('\n').at(-1)?.trim().slice(0, 300) ?? '';
  const detail = last.replaceAll(/[\w+/=.~-]{16,}/g, (word) => (/\d/.test(word) ? '***' : word));
  return detail === '' ? outcome : `${outcome}: ${detail}`;
}

function parseDocument(text: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
  } catch {
    // The parser's message quotes the output, which may contain a secret.
    return undefined;
  }
}

function findProblem(document: ReadonlyMap<string, unknown>): string | undefined {
  if (document.get('Version') !== 1) return 'returned an unsupported Version: expected 1';
  for (const key of ['AccessKeyId', 'SecretAccessKey']) {
    if (!isCredentialString(document.get(key))) return `returned a missing or invalid ${key}`;
  }
  const token = document.get('SessionToken');
  if (token !== undefined && token !== null && !isCredentialString(token))
    return 'returned an invalid SessionToken';
  const expiration = document.get('Expiration');
  if (expiration !== undefined && expiration !== null && parseExpiration(expiration) === undefined) {
    return 'returned an invalid Expiration timestamp';
  }
  return undefined;
}

function toProcessCredentials(document: ReadonlyMap<string, unknown>, origin: string): Credentials {
  const getString = (key: string): string | undefined => {
    const value = document.get(key);
    return isCredentialString(value) ? value : undefined;
  };
  const expiration = parseExpiration(document.get('Expiration'));
  const sessionToken = getString('SessionToken');
  const accountId = getString('AccountId');
  return {
    accessKeyId: getString('AccessKeyId') ?? '',
    secretAccessKey: getString('SecretAccessKey') ?? '',
    ...(sessionToken === undefined ? {} : { sessionToken }),
    ...(expiration === undefined ? {} : { expiration }),
    ...(accountId === undefined ? {} : { accountId }),
    origin,
  };
}

function parseExpiration(value: unknown): Date | undefined {
  return typeof value === 'string' ? toExpiration(parseZonedTime(value)) : undefined;
}
