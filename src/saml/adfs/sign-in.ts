import type { NegotiatorFor, PromptRequest } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import type { HttpSession } from '../../net/http-session.ts';
import { negotiated } from '../negotiate/negotiated.ts';
import { walkPages } from '../pages/walk.ts';
import { readSamlResponse, type SamlResponse } from '../response.ts';
import { requestToken, tokenOf, trustRequest } from '../ws-trust/request-token.ts';
import { adfsAddress } from './addresses.ts';
import { adfsPages } from './pages.ts';
import { adfsTrust } from './trust-peer.ts';

/** Who signs in at ADFS, and with what. */
export interface AdfsRequest {
  readonly loginUrl: string;
  readonly relyingParty: string;
  /** Absent: whoever is signed in to Windows, or has a Kerberos ticket. */
  readonly user?: { readonly name: string; readonly password: Secret } | undefined;
  /** The code of a second factor, where there is one. */
  readonly passCode?: Secret | undefined;
}

/** What a sign-in at ADFS takes besides. */
export interface AdfsContext {
  readonly session: HttpSession;
  readonly negotiatorFor: NegotiatorFor;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970, UTC. */
  now(): number;
  notice(message: string): void;
  /** Absent where nobody answers. */
  prompt?: ((request: PromptRequest, signal: AbortSignal) => Promise<string>) | undefined;
  readonly pollMs?: number | undefined;
}

/** ADFS shows its password form to those it does not take for a browser on Windows. */
export const FORMS_USER_AGENT = 'DynaDBC';
/** One that ADFS asks for Windows sign-in as it is installed. */
export const WINDOWS_USER_AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; Trident/7.0; rv:11.0) like Gecko';

/** Signs in at ADFS: by its pages or by WS-Trust, with a password or as the Windows user. */
export async function signInToAdfs(request: AdfsRequest, world: AdfsContext): Promise<SamlResponse> {
  const { session, negotiatorFor } = world;
  const { user, passCode, relyingParty } = request;
  const address = adfsAddress(request.loginUrl, relyingParty);
  switch (address.kind) {
    case 'pages':
      return readSamlResponse(
        await walkPages(session, address.url, adfsPages, {
          ...world,
          user,
          passCode,
          ...(user === undefined ? { open: (wanted) => negotiated(session, wanted, negotiatorFor) } : {}),
        }),
        session.redact,
      );
    case 'trust': {
      const { url: endpoint, version } = address;
      const wanted = { endpoint, version, appliesTo: relyingParty, user };
      const now = world.now();
      if (user !== undefined) return requestToken(session, wanted, adfsTrust, { now });
      return tokenOf(await negotiated(session, trustRequest(wanted, now), negotiatorFor), adfsTrust, now);
    }
  }
}
