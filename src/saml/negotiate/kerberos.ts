import type * as Kerberos from 'kerberos';
import { getErrorCode } from '../../core/error-code.ts';
import { DriverError, type ErrorCode, getErrorMessage } from '../../core/errors.ts';
import type { Negotiator, NegotiatorFor } from '../../core/ports.ts';
import { excerpt } from '../excerpt.ts';

type Library = typeof Kerberos;

/** Negotiates with the user's Kerberos ticket or Windows session, through the package `kerberos`. */
export function createKerberosNegotiator(
  load: () => Promise<{ readonly default: Library }> = loadKerberos,
): NegotiatorFor {
  return async (host) => {
    const library = await loadLibrary(load);
    const service = `HTTP@${host}`;
    const client = await explainErrors(host, () =>
      library.initializeClient(service, {
        mechOID: library.GSS_MECH_OID_SPNEGO,
        // Mutual authentication, but no delegation.
        // oxlint-disable-next-line no-bitwise -- these are flags
        gssFlag: library.GSS_C_MUTUAL_FLAG | library.GSS_C_SEQUENCE_FLAG,
      }),
    );
    const negotiator: Negotiator = {
      step: (challenge) => explainErrors(host, async () => (await client.step(challenge)) ?? ''),
    };
    return negotiator;
  };
}

const loadKerberos = (): Promise<{ readonly default: Library }> => import('kerberos');

async function loadLibrary(load: () => Promise<{ readonly default: Library }>): Promise<Library> {
  try {
    return (await load()).default;
  } catch (cause) {
    const isAbsent = String(getErrorCode(cause)).endsWith('MODULE_NOT_FOUND');
    const what = isAbsent ? 'is not installed' : 'could not be loaded';
    throw new DriverError(
      'AUTH_NOT_SUPPORTED',
      `Windows sign-in requires the package kerberos, which ${what}`,
      {
        cause,
        remedy: 'Install it alongside dynadbc (npm install kerberos), or set User and Password.',
      },
    );
  }
}

interface KerberosErrorRule {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  message(host: string): string;
  readonly remedy: string;
}

/** The errors of MIT, Heimdal and Windows; the first match applies. */
const RULES: readonly KerberosErrorRule[] = [
  {
    pattern:
      /no (?:kerberos )?credentials|credentials cache|no credentials are available|SEC_E_NO_CREDENTIALS/i,
    code: 'AUTH_NO_CREDENTIALS',
    message: () => 'The user has no Kerberos ticket',
    remedy: 'Run kinit, or set User and Password.',
  },
  {
    pattern: /ticket expired|credentials have expired|CONTEXT_EXPIRED/i,
    code: 'AUTH_EXPIRED',
    message: () => 'The Kerberos ticket of the user has expired',
    remedy: 'Run kinit again.',
  },
  {
    pattern: /clock skew|TIME_SKEW/i,
    code: 'AUTH_REFUSED',
    message: () => 'Kerberos rejected the clock of this machine',
    remedy: 'Correct the system clock.',
  },
  {
    pattern: /server (?:\S+ )?not found|unknown server|TARGET_UNKNOWN|wrong principal/i,
    code: 'AUTH_REFUSED',
    message: (host) => `Kerberos does not know the service HTTP/${host}`,
    remedy:
      'Have an administrator register the service principal name for the ADFS service account with setspn.',
  },
  {
    pattern: /cannot (?:contact|find|locate|resolve).*(?:KDC|realm)|NO_AUTHENTICATING_AUTHORITY/i,
    code: 'AUTH_UNAVAILABLE',
    message: () => 'The Kerberos KDC is not reachable',
    remedy: 'Check the network or VPN, and the realm in krb5.conf.',
  },
];

async function explainErrors<T>(host: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const message = getErrorMessage(cause);
    const rule = RULES.find(({ pattern }) => pattern.test(message));
    const { code, remedy, ...known } = rule ?? UNKNOWN_ERROR;
    throw new DriverError(code, `${known.message(host)} (${excerpt(message)})`, { cause, remedy });
  }
}

const UNKNOWN_ERROR: Omit<KerberosErrorRule, 'pattern'> = {
  code: 'AUTH_REFUSED',
  message: (host) => `Kerberos could not sign in at ${host}`,
  remedy: 'Check the ticket with klist, or set User and Password.',
};

/** NTLM messages begin with this, alone or inside SPNEGO. */
const NTLM = Buffer.from('NTLMSSP\0');

/** Negotiate without NTLM: Windows falls back to it if Kerberos is not available, and its tokens can be relayed. */
export function withoutNtlm(negotiatorFor: NegotiatorFor): NegotiatorFor {
  return async (host) => {
    const negotiator = await negotiatorFor(host);
    return {
      async step(challenge) {
        const token = await negotiator.step(challenge);
        if (!Buffer.from(token, 'base64').includes(NTLM)) return token;
        throw new DriverError(
          'AUTH_NOT_SUPPORTED',
          `Windows offered NTLM for ${host}, but KerberosOnly requires Kerberos`,
          {
            remedy: `Have an administrator register the service principal name HTTP/${host}, or remove KerberosOnly.`,
          },
        );
      },
    };
  };
}
