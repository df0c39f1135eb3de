import { DriverError } from '../../core/errors.ts';
import type { PromptRequest } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import type { HttpSession } from '../../net/http-session.ts';
import { walkPages } from '../pages/walk.ts';
import { readSamlResponse, type SamlResponse } from '../response.ts';
import { requestToken } from '../ws-trust/request-token.ts';
import { resolvePingAddress } from './addresses.ts';
import { pingPages } from './pages.ts';
import { pingTrust } from './trust-peer.ts';

/** The credentials for a sign-in at PingFederate. */
export interface PingRequest {
  readonly loginUrl: string;
  /** The Partner Service Identifier, required by the security token service. */
  readonly exchangeUrl?: string | undefined;
  /** The entity ID of the partner, for the pages. */
  readonly partner: string;
  readonly user: { readonly name: string; readonly password: Secret };
  /** The code of a second factor. */
  readonly passCode?: Secret | undefined;
  /** Whether to send user name and password in an Authorization header, too. */
  readonly isBasic: boolean;
}

/** The environment of a sign-in at PingFederate. */
export interface PingContext {
  readonly session: HttpSession;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Waits for the next poll of an approval. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  notice(message: string): void;
  /** Absent in unattended processes. */
  prompt?: ((request: PromptRequest, signal: AbortSignal) => Promise<string>) | undefined;
}

/** Signs in at PingFederate through its security token service or its pages. */
export async function signInToPing(request: PingRequest, context: PingContext): Promise<SamlResponse> {
  const { session } = context;
  const { user, passCode } = request;
  const address = resolvePingAddress(request.loginUrl, request.partner);
  switch (address.kind) {
    case 'pages':
      return readSamlResponse(
        await walkPages(session, address.url, pingPages, { ...context, user, passCode }),
        session.redact,
      );
    case 'trust': {
      const { exchangeUrl } = request;
      if (exchangeUrl === undefined) throw missingExchangeUrlError();
      const authorization = request.isBasic ? toBasicHeader(user.name, user.password) : undefined;
      const token = { endpoint: address.url, version: '1.3', appliesTo: exchangeUrl, user } as const;
      return requestToken(session, token, pingTrust, { now: context.now(), authorization });
    }
  }
}

/** The error for a security token service without a partner. */
export function missingExchangeUrlError(): DriverError {
  return new DriverError(
    'AUTH_MISSING_PROPERTY',
    'AuthScheme PingFederate requires SSOExchangeUrl if SSOLoginURL is a security token service (.wst)',
  );
}

/** Sent only to the security token service. */
function toBasicHeader(name: string, password: Secret): string {
  if (name.includes(':')) {
    throw new DriverError('CONN_BAD_VALUE', `HTTP Basic does not allow a colon in User "${name}"`, {
      remedy: 'Remove Authscheme=Basic from SSOProperties, or write User without a colon.',
    });
  }
  return `Basic ${Buffer.from(`${name}:${password.reveal()}`).toString('base64')}`;
}
