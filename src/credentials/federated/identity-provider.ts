import { DriverError, type ErrorCode, type Problem } from '../../core/errors.ts';
import type { Ports, PromptRequest } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import type { HttpSessionOptions } from '../../net/http-session.ts';

/** Checks how the identity provider is reached and with which user, before anything is sent. */
export function checkProviderOptions(
  scheme: string,
  options: {
    readonly ssoLoginUrl: string;
    readonly user?: string | undefined;
    readonly password?: Secret | undefined;
  },
): Problem | undefined {
  const { ssoLoginUrl, user, password } = options;
  if (!/^https:/i.test(ssoLoginUrl)) {
    return { code: 'CONN_BAD_VALUE', message: `SSOLoginURL is "${ssoLoginUrl}"; expected an https URL` };
  }
  if ((user === undefined) === (password === undefined)) return undefined;
  const [present, missing] = user === undefined ? ['Password', 'User'] : ['User', 'Password'];
  return {
    code: 'AUTH_MISSING_PROPERTY',
    message: `AuthScheme ${scheme} requires ${missing} if ${present} is set`,
  };
}

/**
 * HTTP options for an identity provider: the network settings of the connection, without the hosts that an untrusted
 * connection string must not reach.
 */
export function idpHttpOptions(ports: Ports): Pick<HttpSessionOptions, 'network' | 'forbidden'> {
  return {
    network: ports.network?.settings,
    forbidden: ports.trusted === true ? 'link-local' : 'local',
  };
}

/** How a sign-in at an identity provider talks to the user. */
export interface Prompter {
  /** Shows one line, such as the number to choose on the phone. */
  notice(message: string): void;
  /** Absent if prompting is not possible. */
  readonly prompt?: (request: PromptRequest, signal: AbortSignal) => Promise<string>;
}

/** A prompter for these ports. Without a listener for notices they become warnings, since the sign-in waits for the user. */
export function createPrompter(ports: Ports): Prompter {
  const prompt = ports.prompt?.bind(ports);
  return {
    notice: (message) => (ports.notice === undefined ? ports.warn(message) : ports.notice(message)),
    ...(prompt === undefined ? {} : { prompt }),
  };
}

/** Failures that happen before the code is sent, so that it is still valid. */
const CODE_NOT_SENT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CONN_NETWORK',
  'CONN_TLS',
  'CONN_PROXY',
  'AUTH_UNAVAILABLE',
]);

/** Returns a function that passes the one-time code to sign-ins until one has used it; later sign-ins get none. */
export function useCodeOnce(
  code: Secret | undefined,
): <T>(signIn: (code: Secret | undefined) => Promise<T>) => Promise<T> {
  let unused = code;
  return async (signIn) => {
    try {
      const result = await signIn(unused);
      unused = undefined;
      return result;
    } catch (error) {
      const isStillValid = error instanceof DriverError && CODE_NOT_SENT.has(error.code);
      if (!isStillValid) unused = undefined;
      throw error;
    }
  };
}
