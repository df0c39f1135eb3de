import { createCipheriv, createDecipheriv, createHash, randomBytes, scrypt } from 'node:crypto';
import { join } from 'node:path';
import { getErrorMessage } from '../../core/errors.ts';
import type { Vault } from '../../core/ports.ts';
import { Secret } from '../../core/secret.ts';
import { at, textAt } from './answer.ts';

/** A code that Okta has sent and that a later connection will bring. */
export interface PendingCode {
  readonly stateToken: Secret;
  /** Where the code is answered. */
  readonly verifyUrl: string;
  readonly mfaType: string;
  readonly reaches: string;
  /** Whether it was sent for the application, to a user who is signed in. */
  readonly isStepUp: boolean;
  /** The session that the sign-in belongs to. */
  readonly cookies: Secret;
  /** A code that Okta did not accept: it is not sent again. */
  readonly refusedCode?: Secret | undefined;
  /** Milliseconds since 1970, as is the end. */
  readonly sentAt: number;
  readonly expiresAt: number;
}

/** What is kept of one user of one organisation between connections. */
export interface OktaMemory {
  /** The name under which Okta knows this device and user: random, so that nobody can guess it. */
  deviceToken(): Promise<Secret>;
  /** Keeps the name that Okta gave instead. */
  keepDeviceToken(token: Secret): Promise<void>;
  /** The pending code of whoever knows the password that it was sent for. */
  pending(password: Secret, now: number): Promise<PendingCode | undefined>;
  keepPending(pending: PendingCode | undefined, password: Secret): Promise<void>;
}

interface Kept {
  readonly deviceToken?: string | undefined;
  readonly pending?: string | undefined;
}

type Store = Pick<Vault, 'read' | 'write'>;

const inThisProcess = new Map<string, string>();
const processStore: Store = {
  read: async (path) => inThisProcess.get(path),
  write: async (path, text) => void inThisProcess.set(path, text),
};

/** Opens the memory of one user. Without a vault, or with one that fails, it lasts as long as the process. */
export function oktaMemory(
  origin: string,
  user: string,
  vault: Vault | undefined,
  warn: (message: string) => void,
): OktaMemory {
  const id = createHash('sha256')
    .update(JSON.stringify([origin, user]))
    .digest('hex')
    .slice(0, 32);
  const path = join(vault?.directory ?? '', `okta-${id}.json`);
  let store: Store = vault ?? processStore;

  /** What cannot be kept costs the user another code, not the sign-in. */
  async function orInProcess<T>(work: (store: Store) => Promise<T>): Promise<T> {
    try {
      return await work(store);
    } catch (error) {
      if (store === processStore) throw error;
      warn(`What Okta remembers of this device cannot be kept: ${getErrorMessage(error)}`);
      store = processStore;
      return work(store);
    }
  }
  const load = async (): Promise<Kept> => keptIn(await orInProcess((there) => there.read(path)));
  async function save(change: Kept): Promise<void> {
    const text = JSON.stringify({ ...(await load()), ...change });
    await orInProcess((there) => there.write(path, text));
  }

  return {
    async deviceToken() {
      const { deviceToken } = await load();
      if (deviceToken !== undefined) return new Secret(deviceToken);
      const fresh = randomBytes(16).toString('hex');
      await save({ deviceToken: fresh });
      return new Secret(fresh);
    },
    async keepDeviceToken(token) {
      if ((await load()).deviceToken !== token.reveal()) await save({ deviceToken: token.reveal() });
    },
    async pending(password, now) {
      const { pending } = await load();
      const opened = pending === undefined ? undefined : await unseal(pending, password);
      const found = opened === undefined ? undefined : pendingIn(opened);
      return found !== undefined && found.expiresAt > now ? found : undefined;
    },
    async keepPending(pending, password) {
      if (pending === undefined) {
        if ((await load()).pending !== undefined) await save({ pending: undefined });
        return;
      }
      const { stateToken, refusedCode, cookies } = pending;
      const secrets = {
        stateToken: stateToken.reveal(),
        cookies: cookies.reveal(),
        refusedCode: refusedCode?.reveal(),
      };
      const text = JSON.stringify({ ...pending, ...secrets });
      await save({ pending: await seal(text, password) });
    },
  };
}

/** Whatever a file holds that is not what was kept counts as nothing: it costs one more code, never a sign-in. */
function keptIn(text: string | undefined): Kept {
  const json = parsed(text ?? '');
  return { deviceToken: deviceTokenIn(json), pending: textAt(json, 'pending') };
}

function deviceTokenIn(json: unknown): string | undefined {
  const token = textAt(json, 'deviceToken');
  return token !== undefined && /^[\w-]{16,128}$/.test(token) ? token : undefined;
}

function pendingIn(text: string): PendingCode | undefined {
  const json = parsed(text);
  const stateToken = textAt(json, 'stateToken');
  const verifyUrl = textAt(json, 'verifyUrl');
  const sentAt = at(json, 'sentAt');
  const expiresAt = at(json, 'expiresAt');
  const refusedCode = textAt(json, 'refusedCode');
  if (stateToken === undefined || verifyUrl === undefined || !isTime(sentAt) || !isTime(expiresAt))
    return undefined;
  return {
    stateToken: new Secret(stateToken),
    verifyUrl,
    mfaType: textAt(json, 'mfaType') ?? '',
    reaches: textAt(json, 'reaches') ?? '',
    isStepUp: at(json, 'isStepUp') === true,
    cookies: new Secret(textAt(json, 'cookies') ?? ''),
    refusedCode: refusedCode === undefined ? undefined : new Secret(refusedCode),
    sentAt,
    expiresAt,
  };
}

function isTime(value: unknown): value is number {
  return typeof value === 'number';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const SALT_BYTES = 16;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Only the password opens it again: a state token stands for a password that Okta has accepted. */
async function seal(text: string, password: Secret): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', await keyFrom(password, salt), iv);
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([salt, iv, cipher.getAuthTag(), body]).toString('base64');
}

async function unseal(sealed: string, password: Secret): Promise<string | undefined> {
  const bytes = Buffer.from(sealed, 'base64');
  const head = SALT_BYTES + IV_BYTES + TAG_BYTES;
  if (bytes.length <= head) return undefined;
  const key = await keyFrom(password, bytes.subarray(0, SALT_BYTES));
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(SALT_BYTES, SALT_BYTES + IV_BYTES));
  decipher.setAuthTag(bytes.subarray(SALT_BYTES + IV_BYTES, head));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(head)), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

function keyFrom(password: Secret, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.reveal(), salt, 32, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
