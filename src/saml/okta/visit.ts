import type { PromptRequest } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import type { HttpSession } from '../../net/http-session.ts';
import type { OktaAnswer } from './answer.ts';
import type { OktaStep } from './errors.ts';
import type { MfaType } from './factors.ts';
import type { OktaMemory } from './memory.ts';

/** Who signs in at Okta, and with what. */
export interface OktaRequest {
  /** The embed link of the AWS application. */
  readonly loginUrl: string;
  readonly user: string;
  readonly password: Secret;
  readonly apiToken?: Secret | undefined;
  readonly mfaType?: MfaType | undefined;
  /** The one-time code, where there is one. */
  readonly passCode?: Secret | undefined;
  readonly rememberDevice: boolean;
}

/** The person at the other end. */
export interface OktaPrompter {
  /** One line of news: a number to choose in the app, a password that ends soon. */
  notice(message: string): void;
  /** Absent where nobody answers. */
  prompt?: ((request: PromptRequest, signal: AbortSignal) => Promise<string>) | undefined;
}

/** The authentication API of one organisation, in one sign-in. */
export interface OktaApi {
  readonly origin: string;
  /** Sends a step, secret fields too. A refusal is an error, as `oktaError` tells it. */
  send(url: string, body: Readonly<Record<string, unknown>>, step: OktaStep): Promise<OktaAnswer>;
  /** Ends what was begun, even where the sign-in itself was aborted. Tells nothing. */
  cancel(url: string, stateToken: Secret): Promise<void>;
}

/** One sign-in at Okta and all that it takes. */
export interface OktaSignInState {
  readonly request: OktaRequest;
  readonly api: OktaApi;
  readonly person: OktaPrompter;
  readonly memory: OktaMemory;
  /** Where the cookies of the organisation are. */
  readonly session: Pick<HttpSession, 'cookies' | 'restoreCookies'>;
  /** The code that was given, until Okta has taken or refused it: codes work once. */
  passCode: Secret | undefined;
  /** Whether the user is signed in and the application asks for more. */
  isStepUp: boolean;
  readonly signal: AbortSignal;
  /** Between two questions whether the touch has come. */
  readonly pollMs: number;
  /** Milliseconds since 1970, UTC. */
  now(): number;
}
