import { createCipheriv, createDecipheriv, createHash, randomBytes, scrypt } from 'node:crypto';
import { join } from 'node:path';
import { getErrorMessage } from '../../core/errors.ts';
import type { Vault } from '../../core/ports.ts';
import { Secret } from '../../core/secret.ts';
import { getMember, getString } from './authn-response.ts';

/** A sign-in that waits for a code sent by Okta, to be continued by a later connection. */
export interface PendingCode {
  readonly stateToken: Secret;
  /** The URL to verify the code. */
  readonly verifyUrl: string;
  readonly mfaType: string;
  readonly reaches: string;
  /** Whether the user is signed in and the code is for the application. */
  readonly isStepUp: boolean;
  /** The cookies of the session. */
  readonly cookies: Secret;
  /** A code that Okta has rejected and that is not sent again. */
  readonly rejectedCode?: Secret | undefined;
  /** Milliseconds since 1970, like `expiresAt`. */
  readonly sentAt: number;
  readonly expiresAt: number;
}

/** The state of a user of an organization that is kept between connections. */
export interface OktaMemory {
  /** The random token by which Okta recognizes this device and user. */
  deviceToken(): Promise<Secret>;
  /** Saves the token that Okta issued instead. */
  saveDeviceToken(token: Secret): Promise<void>;
  /** The pending sign-in; requires the password that it was started with. */
  pending(password: Secret, now: number): Promise<PendingCode | undefined>;
  savePending(pending: PendingCode | undefined, password: Secret): Promise<void>;
}

interface StoredState {
  readonly deviceToken?: string | undefined;
  readonly pending?: string | undefined;
}

type Store = Pick<Vault, 'read' | 'write'>;

const processFiles = new Map<string, string>();
const processStore: Store = {
  read: async (path) => processFiles.get(path),
  write: async (path, text) => void processFiles.set(path, text),
};

/** Opens the state of a user. Without a working vault it lasts as long as the process. */
export function openOktaMemory(
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

  /** A failing vault costs the user another code, not the sign-in. */
  async function orInProcess<T>(work: (store: Store) => Promise<T>): Promise<T> {
    try {
      return await work(store);
    } catch (error) {
      if (store === processStore) throw error;
      warn(`could not save the Okta device token: ${getErrorMessage(error)}`);
      store = processStore;
      return work(store);
    }
  }
  const load = async (): Promise<StoredState> => parseStored(await orInProcess((files) => files.read(path)));
  async function save(change: StoredState): Promise<void> {
    const text = JSON.stringify({ ...(await load()), ...change });
    await orInProcess((files) => files.write(path, text));
  }

  return {
    async deviceToken() {
      const { deviceToken } = await load();
      if (deviceToken !== undefined) return new Secret(deviceToken);
      const fresh = randomBytes(16).toString('hex');
      await save({ deviceToken: fresh });
      return new Secret(fresh);
    },
    async saveDeviceToken(token) {
      if ((await load()).deviceToken !== token.reveal()) await save({ deviceToken: token.reveal() });
    },
    async pending(password, now) {
      const { pending } = await load();
      const opened = pending === undefined ? undefined : await unseal(pending, password);
      const restored = opened === undefined ? undefined : parsePending(opened);
      return restored !== undefined && restored.expiresAt > now ? restored : undefined;
    },
    async savePending(pending, password) {
      if (pending === undefined) {
        if ((await load()).pending !== undefined) await save({ pending: undefined });
        return;
      }
      const { stateToken, rejectedCode, cookies } = pending;
      const secrets = {
        stateToken: stateToken.reveal(),
        cookies: cookies.reveal(),
        rejectedCode: rejectedCode?.reveal(),
      };
      const text = JSON.stringify({ ...pending, ...secrets });
      await save({ pending: await seal(text, password) });
    },
  };
}

/** Invalid contents are ignored: they cost another code, never the sign-in. */
function parseStored(text: string | undefined): StoredState {
  const json = parseJson(text ?? '');
  return { deviceToken: parseDeviceToken(json), pending: getString(json, 'pending') };
}

function parseDeviceToken(json: unknown): string | undefined {
  const token = getString(json, 'deviceToken');
  return token !== undefined && /^[\w-]{16,128}$/.test(token) ? token : undefined;
}

function parsePending(text: string): PendingCode | undefined {
  const json = parseJson(text);
  const stateToken = getString(json, 'stateToken');
  const verifyUrl = getString(json, 'verifyUrl');
  const sentAt = getMember(json, 'sentAt');
  const expiresAt = getMember(json, 'expiresAt');
  const rejectedCode = getString(json, 'rejectedCode');
  if (stateToken === undefined || verifyUrl === undefined || !isTime(sentAt) || !isTime(expiresAt))
    return undefined;
  return {
    stateToken: new Secret(stateToken),
    verifyUrl,
    mfaType: getString(json, 'mfaType') ?? '',
    reaches: getString(json, 'reaches') ?? '',
    isStepUp: getMember(json, 'isStepUp') === true,
    cookies: new Secret(getString(json, 'cookies') ?? ''),
    rejectedCode: rejectedCode === undefined ? undefined : new Secret(rejectedCode),
    sentAt,
    expiresAt,
  };
}

function isTime(value: unknown): value is number {
  return typeof value === 'number';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const SALT_BYTES = 16;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypted with the password, since a state token proves that Okta has accepted it. */
async function seal(text: string, password: Secret): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', await deriveKey(password, salt), iv);
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([salt, iv, cipher.getAuthTag(), body]).toString('base64');
}

async function unseal(sealed: string, password: Secret): Promise<string | undefined> {
  const bytes = Buffer.from(sealed, 'base64');
  const head = SALT_BYTES + IV_BYTES + TAG_BYTES;
  if (bytes.length <= head) return undefined;
  const key = await deriveKey(password, bytes.subarray(0, SALT_BYTES));
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(SALT_BYTES, SALT_BYTES + IV_BYTES));
  decipher.setAuthTag(bytes.subarray(SALT_BYTES + IV_BYTES, head));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(head)), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

function deriveKey(password: Secret, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.reveal(), salt, 32, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
