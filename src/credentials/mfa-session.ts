import { createHash, createHmac } from 'node:crypto';
import { type Credentials, maskKeyId, RENEW_EARLY_MS } from '../core/credentials.ts';
import { getErrorCode } from '../core/error-code.ts';
import { DriverError } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';
import { isPassing } from './retrying.ts';
import { runExclusive } from '../core/async/keyed-mutex.ts';
import { type SavedSession, type SessionStore, sessionStore } from './session-store.ts';

/** A device that shows one-time codes, and what is known of its codes. */
export interface MfaDevice {
  readonly serialNumber: string;
  /** A code of it. Absent, or once it was used: the person is asked. */
  readonly token?: Secret | undefined;
  /** Where sessions are kept. Absent: at the usual place. */
  readonly location?: string | undefined;
}

/** A session that a one-time code begins. */
export interface MfaRequest {
  /** Those that sign. A saved session is given to nobody who has not their secret key. */
  readonly credentials: Credentials;
  readonly mfa: MfaDevice;
  /** What tells it from other sessions of the same keys and device. */
  readonly what: readonly string[];
  readonly ports: Ports;
  readonly signal: AbortSignal;
  begin(code: string): Promise<Credentials>;
}

/** Proofs of the codes that this process has sent, so that none is sent twice. */
const sent = new Set<string>();

/** The session that was saved, else a new one, which is saved. The code itself is kept nowhere. */
export function mfaSession(request: MfaRequest): Promise<Credentials> {
  const { credentials, mfa, what } = request;
  const identity = JSON.stringify([credentials.accessKeyId, mfa.serialNumber, ...what]);
  const key = createHash('sha256').update(identity).digest('hex');
  const store = sessionStore(mfa.location, request.ports);
  // Connections that open at once must not spend the same code.
  return runExclusive(`${store.name} ${key}`, () => savedOrNew(request, key, store));
}

async function savedOrNew(request: MfaRequest, key: string, store: SessionStore): Promise<Credentials> {
  const { ports, mfa, signal } = request;
  signal.throwIfAborted();
  const prove = (text: string): string =>
    createHmac('sha256', request.credentials.secretAccessKey).update(`${key} ${text}`).digest('hex');
  const ownOf = async (): Promise<SavedSession | undefined> => {
    const found = await store.get(key);
    return found?.owner === prove('owner') ? found : undefined;
  };
  const saved = await ownOf();
  const leftMs = saved === undefined ? 0 : saved.expiration.getTime() - ports.now();
  if (saved !== undefined && leftMs > RENEW_EARLY_MS) return credentialsOf(saved);

  const isUsed = (code: string): boolean => sent.has(prove(code)) || saved?.code === prove(code);
  let code: string;
  try {
    code = await codeFor(request, saved, isUsed);
  } catch (error) {
    // Its last minutes are better than nothing.
    if (saved !== undefined && leftMs > 0 && !signal.aborted) return credentialsOf(saved);
    throw error;
  }
  sent.add(prove(code));
  let session: Credentials;
  try {
    session = await request.begin(code);
  } catch (error) {
    // Another process may have spent the code on the same session.
    const other = error instanceof DriverError && error.code === 'AUTH_REFUSED' ? await ownOf() : undefined;
    if (other !== undefined && other.expiration.getTime() - ports.now() > RENEW_EARLY_MS)
      return credentialsOf(other);
    if (wasNeverSent(error)) sent.delete(prove(code));
    throw withoutRepetition(error, code === mfa.token?.reveal() && wasNeverSent(error));
  }
  const { expiration, sessionToken } = session;
  if (expiration !== undefined && sessionToken !== undefined) {
    const kept = { ...session, expiration, sessionToken, owner: prove('owner'), code: prove(code) };
    await store.put(key, kept).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      ports.warn(
        `The session of the MFA device ${mfa.serialNumber} could not be saved in ${store.name}: ${why}`,
      );
    });
  }
  return session;
}

const UNREACHED: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** Whether nobody can have seen the code. */
function wasNeverSent(error: unknown): boolean {
  return (
    error instanceof DriverError && error.code === 'CONN_NETWORK' && UNREACHED.has(getErrorCode(error.cause))
  );
}

/** Failures that pass are tried again by others; with a code that is good for once, or that is asked for, they must not be. */
function withoutRepetition(error: unknown, mayRepeat: boolean): unknown {
  if (mayRepeat || !(error instanceof DriverError) || !isPassing(error)) return error;
  return new DriverError('AUTH_CODE_NEEDED', `${error.message}; the code that was sent counts as used`, {
    cause: error,
  });
}

async function codeFor(
  { mfa, ports, signal, credentials }: MfaRequest,
  saved: SavedSession | undefined,
  isUsed: (code: string) => boolean,
): Promise<string> {
  const given = mfa.token?.reveal();
  if (given !== undefined && !isUsed(given)) return given;
  if (ports.prompt !== undefined) {
    const message = `Code of the MFA device ${mfa.serialNumber}`;
    const code = (await ports.prompt({ kind: 'code', message, secret: true }, signal)).trim();
    if (!/^\d{6}$/.test(code)) {
      throw new DriverError('AUTH_CODE_NEEDED', `${message}: expected six digits`);
    }
    if (isUsed(code)) {
      throw new DriverError(
        'AUTH_CODE_NEEDED',
        `${message}: this one was used already, and each works once`,
        {
          remedy: 'Wait until the device shows another code.',
        },
      );
    }
    return code;
  }
  const key = maskKeyId(credentials.accessKeyId);
  if (given === undefined) {
    const message = `The access key ${key} needs a code of the MFA device ${mfa.serialNumber}, and MFAToken is not set`;
    throw new DriverError('AUTH_CODE_NEEDED', message);
  }
  const ended =
    saved === undefined ? '' : `, and the session that it began ends at ${saved.expiration.toISOString()}`;
  throw new DriverError('AUTH_CODE_NEEDED', `The code in MFAToken was used already${ended}; each works once`);
}

function credentialsOf({ owner: _owner, code: _code, ...credentials }: SavedSession): Credentials {
  return { ...credentials, origin: `${credentials.origin ?? 'session'}, saved earlier` };
}
