import { createHash, createHmac } from 'node:crypto';
import { type Credentials, maskKeyId, RENEW_EARLY_MS } from '../core/credentials.ts';
import { getErrorCode } from '../core/error-code.ts';
import { DriverError } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';
import { isTransientFailure } from './retrying.ts';
import { runExclusive } from '../core/async/keyed-mutex.ts';
import { type SavedSession, type SessionStore, openSessionStore } from './session-store.ts';

/** An MFA device, and where its code and its sessions are. */
export interface MfaDevice {
  readonly serialNumber: string;
  /** A current code. If it is absent or already used, the user is prompted. */
  readonly token?: Secret | undefined;
  /** Where sessions are saved; by default in the state directory. */
  readonly location?: string | undefined;
}

/** A request for a session that requires a one-time code. */
export interface MfaRequest {
  /** The credentials that sign the request. A saved session is only used with the same secret key. */
  readonly credentials: Credentials;
  readonly mfa: MfaDevice;
  /** Distinguishes sessions of the same keys and device. */
  readonly scope: readonly string[];
  readonly ports: Ports;
  readonly signal: AbortSignal;
  start(code: string): Promise<Credentials>;
}

/** Fingerprints of the codes that this process has sent: none is sent twice. */
const sentCodes = new Set<string>();

/** Returns the saved session, or starts and saves a new one. The code itself is never stored. */
export function getMfaSession(request: MfaRequest): Promise<Credentials> {
  const { credentials, mfa, scope } = request;
  const identity = JSON.stringify([credentials.accessKeyId, mfa.serialNumber, ...scope]);
  const key = createHash('sha256').update(identity).digest('hex');
  const store = openSessionStore(mfa.location, request.ports);
  // Connections that open at the same time must not send the same code.
  return runExclusive(`${store.name} ${key}`, () => loadOrStart(request, key, store));
}

async function loadOrStart(request: MfaRequest, key: string, store: SessionStore): Promise<Credentials> {
  const { ports, mfa, signal } = request;
  signal.throwIfAborted();
  const sign = (value: string): string =>
    createHmac('sha256', request.credentials.secretAccessKey).update(`${key} ${value}`).digest('hex');
  const loadOwn = async (): Promise<SavedSession | undefined> => {
    const session = await store.get(key);
    return session?.owner === sign('owner') ? session : undefined;
  };
  const saved = await loadOwn();
  const leftMs = saved === undefined ? 0 : saved.expiration.getTime() - ports.now();
  if (saved !== undefined && leftMs > RENEW_EARLY_MS) return toSavedCredentials(saved);

  const isUsed = (code: string): boolean => sentCodes.has(sign(code)) || saved?.code === sign(code);
  let code: string;
  try {
    code = await readCode(request, saved, isUsed);
  } catch (error) {
    // Without a new code, use the last minutes of the saved session.
    if (saved !== undefined && leftMs > 0 && !signal.aborted) return toSavedCredentials(saved);
    throw error;
  }
  sentCodes.add(sign(code));
  let session: Credentials;
  try {
    session = await request.start(code);
  } catch (error) {
    // Another process may have used the code to start the same session.
    const concurrent =
      error instanceof DriverError && error.code === 'AUTH_REFUSED' ? await loadOwn() : undefined;
    if (concurrent !== undefined && concurrent.expiration.getTime() - ports.now() > RENEW_EARLY_MS)
      return toSavedCredentials(concurrent);
    if (wasNeverSent(error)) sentCodes.delete(sign(code));
    throw preventRetry(error, code === mfa.token?.reveal() && wasNeverSent(error));
  }
  const { expiration, sessionToken } = session;
  if (expiration !== undefined && sessionToken !== undefined) {
    const kept = { ...session, expiration, sessionToken, owner: sign('owner'), code: sign(code) };
    await store.put(key, kept).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      ports.warn(`could not save the session of MFA device ${mfa.serialNumber} in ${store.name}: ${why}`);
    });
  }
  return session;
}

const CONNECT_ERRORS: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** Whether the request failed before the code was sent. */
function wasNeverSent(error: unknown): boolean {
  return (
    error instanceof DriverError &&
    error.code === 'CONN_NETWORK' &&
    CONNECT_ERRORS.has(getErrorCode(error.cause))
  );
}

/** Callers retry transient failures; a code that works only once, or was typed by the user, must not be sent again. */
function preventRetry(error: unknown, canRetry: boolean): unknown {
  if (canRetry || !(error instanceof DriverError) || !isTransientFailure(error)) return error;
  return new DriverError('AUTH_CODE_NEEDED', `${error.message}; the one-time code is considered used`, {
    cause: error,
  });
}

async function readCode(
  { mfa, ports, signal, credentials }: MfaRequest,
  saved: SavedSession | undefined,
  isUsed: (code: string) => boolean,
): Promise<string> {
  const token = mfa.token?.reveal();
  if (token !== undefined && !isUsed(token)) return token;
  if (ports.prompt !== undefined) {
    const message = `Enter MFA code for ${mfa.serialNumber}`;
    const code = (await ports.prompt({ kind: 'code', message, secret: true }, signal)).trim();
    if (!/^\d{6}$/.test(code)) {
      throw new DriverError('AUTH_CODE_NEEDED', `The MFA code for ${mfa.serialNumber} must have six digits`);
    }
    if (isUsed(code)) {
      throw new DriverError(
        'AUTH_CODE_NEEDED',
        `The MFA code for ${mfa.serialNumber} has already been used`,
        {
          remedy: 'Wait until the device shows the next code.',
        },
      );
    }
    return code;
  }
  const key = maskKeyId(credentials.accessKeyId);
  if (token === undefined) {
    const message = `The access key ${key} requires an MFA code for ${mfa.serialNumber}: MFAToken is not set, and prompting is not possible`;
    throw new DriverError('AUTH_CODE_NEEDED', message);
  }
  const expiry = saved === undefined ? '' : `; its session expires at ${saved.expiration.toISOString()}`;
  throw new DriverError('AUTH_CODE_NEEDED', `The MFA code in MFAToken has already been used${expiry}`);
}

function toSavedCredentials({ owner: _owner, code: _code, ...credentials }: SavedSession): Credentials {
  return { ...credentials, origin: `${credentials.origin ?? 'session'}, saved earlier` };
}
