import { DriverError } from '../../core/errors.ts';
import type { PromptRequest } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import type { HttpSession } from '../../net/http-session.ts';
import { walkPages } from '../pages/walk.ts';
import { readSamlResponse, type SamlResponse } from '../response.ts';
import { requestToken } from '../ws-trust/request-token.ts';
import { pingAddress } from './addresses.ts';
import { pingPages } from './pages.ts';
import { pingTrust } from './trust-peer.ts';

/** Who signs in at PingFederate, and with what. */
export interface PingRequest {
  readonly loginUrl: string;
  /** The Partner Service Identifier; the security token service needs it. */
  readonly exchangeUrl?: string | undefined;
  /** The partner's entity ID, for the pages. */
  readonly partner: string;
  readonly user: { readonly name: string; readonly password: Secret };
  /** The code of a second factor, where there is one. */
  readonly passCode?: Secret | undefined;
  /** Whether name and password also go into an Authorization header. */
  readonly isBasic: boolean;
}

/** What a sign-in at PingFederate takes besides. */
export interface PingWorld {
  readonly session: HttpSession;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970, UTC. */
  now(): number;
  notice(message: string): void;
  /** Absent where nobody answers. */
  prompt?: ((request: PromptRequest, signal: AbortSignal) => Promise<string>) | undefined;
}

/** Signs in at PingFederate: at its security token service, or by its pages. */
export async function signInToPing(request: PingRequest, world: PingWorld): Promise<SamlResponse> {
  const { session } = world;
  const { user, passCode } = request;
  const address = pingAddress(request.loginUrl, request.partner);
  switch (address.kind) {
    case 'pages':
      return readSamlResponse(
        await walkPages(session, address.url, pingPages, { ...world, user, passCode }),
        session.redact,
      );
    case 'trust': {
      const { exchangeUrl } = request;
      if (exchangeUrl === undefined) throw exchangeUrlMissing();
      const authorization = request.isBasic ? basicHeader(user.name, user.password) : undefined;
      const wanted = { endpoint: address.url, version: '1.3', appliesTo: exchangeUrl, user } as const;
      return requestToken(session, wanted, pingTrust, { now: world.now(), authorization });
    }
  }
}

/** The security token service was named, but not whom the token is for. */
export function exchangeUrlMissing(): DriverError {
  return new DriverError(
    'AUTH_MISSING_PROPERTY',
    'AuthScheme PingFederate needs SSOExchangeUrl where SSOLoginURL is a security token service (.wst)',
  );
}

/** Goes to the security token service alone: no other request has it. */
function basicHeader(name: string, password: Secret): string {
  if (name.includes(':')) {
    throw new DriverError('CONN_BAD_VALUE', `HTTP Basic cannot send User ${name}, because it has a colon`, {
      remedy: 'Leave out Authscheme=Basic in SSOProperties, or give User another way.',
    });
  }
  return `Basic ${Buffer.from(`${name}:${password.reveal()}`).toString('base64')}`;
}
