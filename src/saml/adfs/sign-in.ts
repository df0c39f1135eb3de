import type { NegotiatorFor, PromptRequest } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import type { HttpSession } from '../../net/http-session.ts';
import { sendNegotiated } from '../negotiate/send-negotiated.ts';
import { walkPages } from '../pages/walk.ts';
import { readSamlResponse, type SamlResponse } from '../response.ts';
import { requestToken, readToken, createTrustRequest } from '../ws-trust/request-token.ts';
import { resolveAdfsAddress } from './addresses.ts';
import { adfsPages } from './pages.ts';
import { adfsTrust } from './trust-peer.ts';

/** The credentials for a sign-in at ADFS. */
export interface AdfsRequest {
  readonly loginUrl: string;
  readonly relyingParty: string;
  /** Absent to sign in as the Windows user or with a Kerberos ticket. */
  readonly user?: { readonly name: string; readonly password: Secret } | undefined;
  /** The code of a second factor. */
  readonly passCode?: Secret | undefined;
}

/** The environment of a sign-in at ADFS. */
export interface AdfsContext {
  readonly session: HttpSession;
  readonly negotiatorFor: NegotiatorFor;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970, UTC. */
  now(): number;
  notice(message: string): void;
  /** Absent in unattended processes. */
  prompt?: ((request: PromptRequest, signal: AbortSignal) => Promise<string>) | undefined;
  /** Waits for the next poll of an approval. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** ADFS shows its password form to clients that are not browsers on Windows. */
export const FORMS_USER_AGENT = 'DynaDBC';
/** ADFS offers Windows sign-in to this one by default. */
export const WINDOWS_USER_AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; Trident/7.0; rv:11.0) like Gecko';

/** Signs in at ADFS through its pages or WS-Trust, with a password or as the Windows user. */
export async function signInToAdfs(request: AdfsRequest, context: AdfsContext): Promise<SamlResponse> {
  const { session, negotiatorFor } = context;
  const { user, passCode, relyingParty } = request;
  const address = resolveAdfsAddress(request.loginUrl, relyingParty);
  switch (address.kind) {
    case 'pages':
      return readSamlResponse(
        await walkPages(session, address.url, adfsPages, {
          ...context,
          user,
          passCode,
          ...(user === undefined ? { open: (page) => sendNegotiated(session, page, negotiatorFor) } : {}),
        }),
        session.redact,
      );
    case 'trust': {
      const { url: endpoint, version } = address;
      const token = { endpoint, version, appliesTo: relyingParty, user };
      const now = context.now();
      if (user !== undefined) return requestToken(session, token, adfsTrust, { now });
      return readToken(
        await sendNegotiated(session, createTrustRequest(token, now), negotiatorFor),
        adfsTrust,
        now,
      );
    }
  }
}
