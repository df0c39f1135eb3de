import { noWait } from '../../support/no-wait.ts';
import type { PromptRequest } from '../../../src/core/ports.ts';
import { Secret } from '../../../src/core/secret.ts';
import { signInToOkta } from '../../../src/saml/okta/sign-in.ts';
import type { OktaRequest } from '../../../src/saml/okta/sign-in-state.ts';
import { PASSWORD, USER, type OktaDouble } from '../../doubles/okta.ts';
import type { TestAuthority } from '../../support/certificates.ts';

/** What differs in one sign-in. */
export interface OktaSignInOptions extends Partial<Omit<OktaRequest, 'password' | 'passCode' | 'apiToken'>> {
  readonly password?: string;
  readonly passCode?: string;
  readonly apiToken?: string;
  readonly signal?: AbortSignal;
  readonly now?: () => number;
  readonly prompt?: (request: PromptRequest) => Promise<string>;
}

/** A user and a machine that sign in at an organization repeatedly. */
export interface OktaTestUser {
  readonly notices: string[];
  /** The files on disk, by path. */
  readonly files: Map<string, string>;
  signIn(okta: OktaDouble, options?: OktaSignInOptions): Promise<string>;
}

export function createOktaUser(authority: TestAuthority): OktaTestUser {
  const notices: string[] = [];
  const files = new Map<string, string>();
  return {
    notices,
    files,
    async signIn(okta, { password = PASSWORD, passCode, apiToken, signal, now, prompt, ...options } = {}) {
      const request: OktaRequest = {
        loginUrl: okta.loginUrl,
        user: USER,
        password: new Secret(password),
        rememberDevice: true,
        ...(passCode === undefined ? {} : { passCode: new Secret(passCode) }),
        ...(apiToken === undefined ? {} : { apiToken: new Secret(apiToken) }),
        ...options,
      };
      const response = await signInToOkta(request, {
        http: { network: { trust: { kind: 'certificates', pem: authority.ca } } },
        signal: signal ?? new AbortController().signal,
        prompter: { notice: (message) => void notices.push(message), prompt },
        vault: {
          directory: '/state',
          read: async (path) => files.get(path),
          write: async (path, text) => void files.set(path, text),
        },
        now: now ?? (() => Date.now()),
        wait: noWait,
      });
      return response.reveal();
    },
  };
}
