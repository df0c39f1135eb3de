import { DriverError } from '../../core/errors.ts';
import type { NegotiatorFor } from '../../core/ports.ts';
import type { HttpSession, SessionResponse, SessionRequest } from '../../net/http-session.ts';
import { isRedirect, nextHop } from '../../net/redirects.ts';

const MAX_LEGS = 4;
const MAX_REDIRECTS = 10;

/**
 * Sends a request as the user of the operating system. Tokens are sent only to the URL that asked for them, not to
 * redirects. If the server does not accept them, its 401 is returned.
 */
export async function sendNegotiated(
  session: HttpSession,
  request: SessionRequest,
  negotiatorFor: NegotiatorFor,
): Promise<SessionResponse> {
  let next: SessionRequest = { ...request, maxRedirects: 0 };
  for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
    const answer = await negotiate(session, next, negotiatorFor);
    const [location] = answer.headers('location');
    if (!isRedirect(answer.status) || location === undefined || request.body !== undefined) return answer;
    const { url } = nextHop({ status: answer.status, from: answer.url, location, method: 'GET' });
    next = { url, maxRedirects: 0 };
  }
  throw new DriverError(
    'AUTH_MALFORMED',
    `${new URL(request.url).origin} redirected more than ${MAX_REDIRECTS} times`,
  );
}

async function negotiate(
  session: HttpSession,
  request: SessionRequest,
  negotiatorFor: NegotiatorFor,
): Promise<SessionResponse> {
  let answer = await session.send(request);
  if (answer.status !== 401) return answer;
  if (findChallenge(answer) === undefined) throw unsupportedSchemeError(answer);
  const negotiator = await negotiatorFor(answer.url.hostname);
  for (let leg = 0; leg < MAX_LEGS; leg += 1) {
    const challenge = findChallenge(answer) ?? '';
    // An empty challenge after the first means that the server starts over: it did not accept the user.
    if (leg > 0 && challenge === '') return answer;
    const token = await negotiator.step(challenge);
    answer = await session.send({
      ...request,
      headers: { ...request.headers, authorization: `Negotiate ${token}` },
    });
    if (answer.status !== 401) {
      const proof = findChallenge(answer) ?? '';
      // Verify the server's own proof of identity.
      if (proof !== '') await negotiator.step(proof);
      return answer;
    }
  }
  return answer;
}

/** The token of a Negotiate challenge, which may be empty; undefined if there is no such challenge. */
function findChallenge(answer: SessionResponse): string | undefined {
  for (const line of answer.headers('www-authenticate')) {
    const match = /(?:^|,)\s*Negotiate(?:\s+([A-Za-z\d+/]+={0,2}))?\s*(?:,|$)/i.exec(line);
    if (match !== null) return match[1] ?? '';
  }
  return undefined;
}

function unsupportedSchemeError(answer: SessionResponse): DriverError {
  const names = answer
    .headers('www-authenticate')
    .flatMap((line) => /^\s*(NTLM|Basic|Digest|Bearer)\b/i.exec(line)?.[1] ?? []);
  const offered = names.length === 0 ? 'an unknown scheme' : [...new Set(names)].join(', ');
  return new DriverError(
    'AUTH_NOT_SUPPORTED',
    `${answer.url.origin} offers Windows sign-in by ${offered}, but Negotiate is required`,
    {
      remedy:
        'Have an administrator allow Negotiate (Kerberos) for integrated Windows authentication, or set User and Password.',
    },
  );
}
