import { noWait } from '../../support/no-wait.ts';
import type { Negotiator, PromptRequest } from '../../../src/core/ports.ts';
import { Secret } from '../../../src/core/secret.ts';
import {
  type AdfsRequest,
  FORMS_USER_AGENT,
  signInToAdfs,
  WINDOWS_USER_AGENT,
} from '../../../src/saml/adfs/sign-in.ts';
import { createHttpSession } from '../../../src/net/http-session.ts';
import type { SamlResponse } from '../../../src/saml/response.ts';
import { PASSWORD, USER } from '../../doubles/adfs.ts';

/** What differs in one sign-in. */
export interface AdfsSignInOptions {
  readonly path?: string;
  /** Null to sign in as the Windows user. */
  readonly user?: string | null;
  readonly password?: string;
  readonly passCode?: string;
  readonly relyingParty?: string;
  readonly userAgent?: string;
  readonly signal?: AbortSignal;
  readonly negotiator?: Negotiator;
  readonly notices?: string[];
  readonly prompt?: (request: PromptRequest) => Promise<string>;
}

/** Signs in at a farm whose certificate is signed by this authority. */
export async function signIn(
  origin: string,
  ca: string,
  options: AdfsSignInOptions = {},
): Promise<SamlResponse> {
  const { user = USER, password = PASSWORD, passCode, prompt, negotiator } = options;
  const signal = options.signal ?? new AbortController().signal;
  await using session = createHttpSession({
    network: { trust: { kind: 'certificates', pem: ca } },
    userAgent: options.userAgent ?? (user === null ? WINDOWS_USER_AGENT : FORMS_USER_AGENT),
    signal,
    singleConnection: user === null,
  });
  const request: AdfsRequest = {
    loginUrl: `${origin}${options.path ?? ''}`,
    relyingParty: options.relyingParty ?? 'urn:amazon:webservices',
    user: user === null ? undefined : { name: user, password: new Secret(password) },
    passCode: passCode === undefined ? undefined : new Secret(passCode),
  };
  return await signInToAdfs(request, {
    session,
    signal,
    negotiatorFor: async () => negotiator ?? { step: async () => 'bm9uZQ==' },
    now: () => Date.UTC(2026, 0, 1),
    notice: (message) => void options.notices?.push(message),
    prompt,
    wait: noWait,
  });
}
