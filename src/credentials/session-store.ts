import type { Credentials } from '../core/credentials.ts';
import { DriverError, getErrorMessage } from '../core/errors.ts';
import type { Ports, Vault } from '../core/ports.ts';
import { runExclusive } from '../core/async/keyed-mutex.ts';

/** A saved session with keyed hashes, which only the owner of the secret key can compute. */
export interface SavedSession extends Credentials {
  readonly expiration: Date;
  readonly sessionToken: string;
  /** Proves that the session was started with the same keys. */
  readonly owner: string;
  /** The hash of the code that started the session. */
  readonly code: string;
}

/** Saved sessions by key. */
export interface SessionStore {
  /** The location, for messages. */
  readonly name: string;
  get(key: string): Promise<SavedSession | undefined>;
  put(key: string, session: SavedSession): Promise<void>;
}

const MEMORY = 'memory://';
const memories = new Map<string, Map<string, SavedSession>>();

/** Opens the store at a location: a file, `memory://name`, or by default a file in the state directory. */
export function openSessionStore(location: string | undefined, ports: Ports): SessionStore {
  const { vault } = ports;
  if (location?.toLowerCase().startsWith(MEMORY)) return memoryStore(location.slice(MEMORY.length));
  if (vault === undefined) return memoryStore(location ?? '');
  return location === undefined
    ? fileStore(`${vault.directory}/sessions.json`, vault, ports, 'replace')
    : fileStore(location, vault, ports, 'fail');
}

function memoryStore(name: string): SessionStore {
  const sessions = memories.get(name) ?? new Map<string, SavedSession>();
  memories.set(name, sessions);
  return {
    name: MEMORY + name,
    get: async (key) => sessions.get(key),
    put: async (key, session) => void sessions.set(key, session),
  };
}

/** How long an expired session is kept, so that messages can mention it. */
const KEEP_EXPIRED_MS = 24 * 3_600_000;
const KIND = 'dynadbc sessions 1';

/** A file with other content is an error at a location that the user chose, and replaced at the default location. */
function fileStore(
  path: string,
  vault: Vault,
  clock: { now(): number },
  onInvalid: 'fail' | 'replace',
): SessionStore {
  const load = async (): Promise<Map<string, SavedSession>> => {
    const text = await vault.read(path).catch((cause: unknown) => {
      throw new DriverError('CONN_BAD_VALUE', `CredentialsLocation: ${getErrorMessage(cause)}`, {
        cause,
        remedy: 'Set CredentialsLocation to another file, or to memory://name.',
      });
    });
    if (text === undefined || text.trim() === '') return new Map();
    const sessions = parseSessions(text);
    if (sessions !== undefined) return sessions;
    if (onInvalid === 'replace') return new Map();
    throw new DriverError('CONN_BAD_VALUE', `CredentialsLocation: ${path} does not contain saved sessions`, {
      remedy: 'Set CredentialsLocation to a file that does not exist yet, or to memory://name.',
    });
  };
  return {
    name: path,
    get: async (key) => (await load()).get(key),
    put: (key, session) =>
      runExclusive(path, async () => {
        const sessions = await load();
        sessions.set(key, session);
        const kept = [...sessions].filter(
          ([, { expiration }]) => expiration.getTime() + KEEP_EXPIRED_MS > clock.now(),
        );
        await vault.write(path, `${JSON.stringify({ kind: KIND, sessions: Object.fromEntries(kept) })}\n`);
      }),
  };
}

/** Parses the sessions of a file, without invalid ones; undefined if it is not a file of saved sessions. */
function parseSessions(text: string): Map<string, SavedSession> | undefined {
  const content = toMembers(parseJson(text));
  if (content?.get('kind') !== KIND) return undefined;
  const sessions = [...(toMembers(content.get('sessions')) ?? [])].flatMap(([key, value]) => {
    const session = toSavedSession(toMembers(value));
    return session === undefined ? [] : [[key, session] as const];
  });
  return new Map(sessions);
}

function toSavedSession(fields: ReadonlyMap<string, unknown> | undefined): SavedSession | undefined {
  const getString = (name: string): string | undefined => {
    const value = fields?.get(name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const accessKeyId = getString('accessKeyId');
  const secretAccessKey = getString('secretAccessKey');
  const sessionToken = getString('sessionToken');
  const owner = getString('owner');
  const code = getString('code');
  const expiration = new Date(getString('expiration') ?? NaN);
  if (!accessKeyId || !secretAccessKey || !sessionToken || !owner || !code) return undefined;
  if (Number.isNaN(expiration.getTime())) return undefined;
  const accountId = getString('accountId');
  const origin = getString('origin');
  return {
    accessKeyId,
    secretAccessKey,
    sessionToken,
    expiration,
    owner,
    code,
    ...(accountId === undefined ? {} : { accountId }),
    ...(origin === undefined ? {} : { origin }),
  };
}

function toMembers(value: unknown): ReadonlyMap<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message would quote the content, which contains secrets.
    return undefined;
  }
}
