import type { Secret } from '../../core/secret.ts';
import type { Problem } from '../../core/errors.ts';

/** What is wrong with how an identity provider is to be reached, before anything is sent there. */
export function providerProblem(
  scheme: string,
  given: {
    readonly ssoLoginUrl: string;
    readonly user?: string | undefined;
    readonly password?: Secret | undefined;
  },
): Problem | undefined {
  const { ssoLoginUrl, user, password } = given;
  if (!/^https:/i.test(ssoLoginUrl)) {
    return { code: 'CONN_BAD_VALUE', message: `SSOLoginURL is "${ssoLoginUrl}"; expected an https address` };
  }
  if ((user === undefined) === (password === undefined)) return undefined;
  const [has, lacks] = user === undefined ? ['Password', 'User'] : ['User', 'Password'];
  return {
    code: 'AUTH_MISSING_PROPERTY',
    message: `AuthScheme ${scheme} has ${has}, but needs ${lacks} as well`,
  };
}
