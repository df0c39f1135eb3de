import type * as Kerberos from 'kerberos';
import { getErrorCode } from '../../core/error-code.ts';
import { DriverError, type ErrorCode, getErrorMessage } from '../../core/errors.ts';
import type { Negotiator, NegotiatorFor } from '../../core/ports.ts';
import { excerpt } from '../page.ts';

type Library = typeof Kerberos;

/** Negotiates with the ticket or the Windows session of the user, through the package `kerberos`. */
export function kerberosNegotiator(
  load: () => Promise<{ readonly default: Library }> = loadKerberos,
): NegotiatorFor {
  return async (host) => {
    const library = await loaded(load);
    const service = `HTTP@${host}`;
    const client = await explained(host, () =>
      library.initializeClient(service, {
        mechOID: library.GSS_MECH_OID_SPNEGO,
        // The server shall prove who it is; it gets no leave to act as the user elsewhere.
        // oxlint-disable-next-line no-bitwise -- these are flags
        gssFlag: library.GSS_C_MUTUAL_FLAG | library.GSS_C_SEQUENCE_FLAG,
      }),
    );
    const negotiator: Negotiator = {
      step: (challenge) => explained(host, async () => (await client.step(challenge)) ?? ''),
    };
    return negotiator;
  };
}

const loadKerberos = (): Promise<{ readonly default: Library }> => import('kerberos');

async function loaded(load: () => Promise<{ readonly default: Library }>): Promise<Library> {
  try {
    return (await load()).default;
  } catch (cause) {
    const isAbsent = String(getErrorCode(cause)).endsWith('MODULE_NOT_FOUND');
    const what = isAbsent ? 'is not installed' : 'cannot be loaded here';
    throw new DriverError('AUTH_NOT_SUPPORTED', `Windows sign-in needs the package kerberos, which ${what}`, {
      cause,
      remedy: 'Install it beside dynadbc (npm install kerberos), or set User and Password.',
    });
  }
}

interface Meaning {
  readonly says: RegExp;
  readonly code: ErrorCode;
  message(host: string): string;
  readonly remedy: string;
}

/** What the libraries of MIT, Heimdal and Windows say, and what it means; the first that fits counts. */
const MEANINGS: readonly Meaning[] = [
  {
    says: /no (?:kerberos )?credentials|credentials cache|no credentials are available|SEC_E_NO_CREDENTIALS/i,
    code: 'AUTH_NO_CREDENTIALS',
    message: () => 'There is no Kerberos ticket of the user',
    remedy: 'Run kinit, or set User and Password.',
  },
  {
    says: /ticket expired|credentials have expired|CONTEXT_EXPIRED/i,
    code: 'AUTH_EXPIRED',
    message: () => 'The Kerberos ticket of the user has expired',
    remedy: 'Run kinit again.',
  },
  {
    says: /clock skew|TIME_SKEW/i,
    code: 'AUTH_REFUSED',
    message: () => 'Kerberos found the clock of this machine wrong',
    remedy: 'Set the clock of this machine right.',
  },
  {
    says: /server (?:\S+ )?not found|unknown server|TARGET_UNKNOWN|wrong principal/i,
    code: 'AUTH_REFUSED',
    message: (host) => `Kerberos knows no service HTTP/${host}`,
    remedy:
      'Have an administrator register the service principal name for the ADFS service account with setspn.',
  },
  {
    says: /cannot (?:contact|find|locate|resolve).*(?:KDC|realm)|NO_AUTHENTICATING_AUTHORITY/i,
    code: 'AUTH_UNAVAILABLE',
    message: () => 'The Kerberos server could not be reached',
    remedy: 'Check the network or VPN, and the realm in krb5.conf.',
  },
];

async function explained<T>(host: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const text = getErrorMessage(cause);
    const meaning = MEANINGS.find(({ says }) => says.test(text));
    const { code, message, remedy } = meaning ?? UNKNOWN;
    throw new DriverError(code, `${message(host)} (${excerpt(text)})`, { cause, remedy });
  }
}

const UNKNOWN: Omit<Meaning, 'says'> = {
  code: 'AUTH_REFUSED',
  message: (host) => `Kerberos could not sign in at ${host}`,
  remedy: 'Check the ticket with klist, or set User and Password.',
};
