import type { Credentials } from '../core/credentials.ts';
import { DriverError, getErrorMessage } from '../core/errors.ts';
import type { Ports, Vault } from '../core/ports.ts';
import { runExclusive } from '../core/async/keyed-mutex.ts';

/** A session that may be used again, and proofs that only the owner of the keys can make. */
export interface SavedSession extends Credentials {
  readonly expiration: Date;
  readonly sessionToken: string;
  /** That the keys are those it was begun with. */
  readonly owner: string;
  /** Which code began it. */
  readonly code: string;
}

/** Sessions by key. */
export interface SessionStore {
  /** Where they are kept, in words. */
  readonly name: string;
  get(key: string): Promise<SavedSession | undefined>;
  put(key: string, session: SavedSession): Promise<void>;
}

const MEMORY = 'memory://';
const memories = new Map<string, Map<string, SavedSession>>();

/** The store at a location: a file, `memory://name`, or the usual place. */
export function sessionStore(location: string | undefined, ports: Ports): SessionStore {
  const { vault } = ports;
  if (location?.toLowerCase().startsWith(MEMORY)) return memoryStore(location.slice(MEMORY.length));
  if (vault === undefined) return memoryStore(location ?? '');
  return location === undefined
    ? fileStore(`${vault.directory}/sessions.json`, vault, ports, 'mend')
    : fileStore(location, vault, ports, 'refuse');
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

/** An ended session is kept for so long, to tell of it. */
const KEEP_ENDED_MS = 24 * 3_600_000;
const KIND = 'dynadbc sessions 1';

/** What is not ours is refused where the user named the file, and made anew where we did. */
function fileStore(
  path: string,
  vault: Vault,
  clock: { now(): number },
  foreign: 'refuse' | 'mend',
): SessionStore {
  const load = async (): Promise<Map<string, SavedSession>> => {
    const text = await vault.read(path).catch((cause: unknown) => {
      throw new DriverError('CONN_BAD_VALUE', `CredentialsLocation: ${getErrorMessage(cause)}`, {
        cause,
        remedy: 'Name another file, or memory://name.',
      });
    });
    if (text === undefined || text.trim() === '') return new Map();
    const sessions = sessionsIn(text);
    if (sessions !== undefined) return sessions;
    if (foreign === 'mend') return new Map();
    throw new DriverError(
      'CONN_BAD_VALUE',
      `CredentialsLocation: ${path} holds something other than saved sessions`,
      {
        remedy: 'Name a file that does not exist yet, or memory://name.',
      },
    );
  };
  return {
    name: path,
    get: async (key) => (await load()).get(key),
    put: (key, session) =>
      runExclusive(path, async () => {
        const sessions = await load();
        sessions.set(key, session);
        const kept = [...sessions].filter(
          ([, { expiration }]) => expiration.getTime() + KEEP_ENDED_MS > clock.now(),
        );
        await vault.write(path, `${JSON.stringify({ kind: KIND, sessions: Object.fromEntries(kept) })}\n`);
      }),
  };
}

/** The sessions of a file; undefined where it is no file of ours. A session that cannot be read counts as none. */
function sessionsIn(text: string): Map<string, SavedSession> | undefined {
  const content = members(parsed(text));
  if (content?.get('kind') !== KIND) return undefined;
  const sessions = [...(members(content.get('sessions')) ?? [])].flatMap(([key, value]) => {
    const session = sessionIn(members(value));
    return session === undefined ? [] : [[key, session] as const];
  });
  return new Map(sessions);
}

function sessionIn(fields: ReadonlyMap<string, unknown> | undefined): SavedSession | undefined {
  const text = (name: string): string | undefined => {
    const value = fields?.get(name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const accessKeyId = text('accessKeyId');
  const secretAccessKey = text('secretAccessKey');
  const sessionToken = text('sessionToken');
  const owner = text('owner');
  const code = text('code');
  const expiration = new Date(text('expiration') ?? NaN);
  if (!accessKeyId || !secretAccessKey || !sessionToken || !owner || !code) return undefined;
  if (Number.isNaN(expiration.getTime())) return undefined;
  const accountId = text('accountId');
  const origin = text('origin');
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

function members(value: unknown): ReadonlyMap<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Its message would quote the text.
    return undefined;
  }
}
