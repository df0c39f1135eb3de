import type { PromptRequest } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import type { HttpSession } from '../../net/http-session.ts';
import type { AuthnResponse } from './authn-response.ts';
import type { OktaStep } from './errors.ts';
import type { MfaType } from './factors.ts';
import type { OktaMemory } from './memory.ts';

/** The credentials for a sign-in at Okta. */
export interface OktaRequest {
  /** The embed link of the AWS application. */
  readonly loginUrl: string;
  readonly user: string;
  readonly password: Secret;
  readonly apiToken?: Secret | undefined;
  readonly mfaType?: MfaType | undefined;
  /** The one-time code. */
  readonly passCode?: Secret | undefined;
  readonly rememberDevice: boolean;
}

/** Shows notices to the user and asks questions. */
export interface OktaPrompter {
  /** Shows a line, such as a number to choose in the app. */
  notice(message: string): void;
  /** Absent in unattended processes. */
  prompt?: ((request: PromptRequest, signal: AbortSignal) => Promise<string>) | undefined;
}

/** The authentication API of one organization, in one sign-in. */
export interface OktaApi {
  readonly origin: string;
  /** Sends a step, including secret fields. Throws the DriverError of an error response. */
  send(url: string, body: Readonly<Record<string, unknown>>, step: OktaStep): Promise<AuthnResponse>;
  /** Cancels the sign-in at Okta, even after it was aborted here. Ignores failures. */
  cancel(url: string, stateToken: Secret): Promise<void>;
}

/** The state of one sign-in at Okta. */
export interface OktaSignInState {
  readonly request: OktaRequest;
  readonly api: OktaApi;
  readonly prompter: OktaPrompter;
  readonly memory: OktaMemory;
  /** The cookies of the organization. */
  readonly session: Pick<HttpSession, 'cookies' | 'restoreCookies'>;
  /** The code that was set, until it is sent: codes work once. */
  passCode: Secret | undefined;
  /** Whether the user is signed in and the application requires a further step. */
  isStepUp: boolean;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Waits for the next poll of an approval. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}
