import { DriverError } from '../../core/errors.ts';
import type { NegotiatorFor } from '../../core/ports.ts';
import type { HttpSession, SessionResponse, SessionRequest } from '../../net/http-session.ts';
import { isRedirect, nextHop } from '../../net/redirects.ts';

const MAX_LEGS = 4;
const MAX_REDIRECTS = 10;

/**
 * Sends a request as the user whom the operating system knows. Tokens go to the address that asked for them and nowhere
 * else: a redirect is followed without. Where the server does not accept them, its 401 is the answer.
 */
export async function negotiated(
  session: HttpSession,
  request: SessionRequest,
  negotiatorFor: NegotiatorFor,
): Promise<SessionResponse> {
  let wanted: SessionRequest = { ...request, maxRedirects: 0 };
  for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
    const answer = await answerTo(session, wanted, negotiatorFor);
    const [location] = answer.headers('location');
    if (!isRedirect(answer.status) || location === undefined || request.body !== undefined) return answer;
    const { url } = nextHop({ status: answer.status, from: answer.url, location, method: 'GET' });
    wanted = { url, maxRedirects: 0 };
  }
  throw new DriverError(
    'AUTH_MALFORMED',
    `${new URL(request.url).origin} redirected more than ${MAX_REDIRECTS} times`,
  );
}

async function answerTo(
  session: HttpSession,
  request: SessionRequest,
  negotiatorFor: NegotiatorFor,
): Promise<SessionResponse> {
  let answer = await session.send(request);
  if (answer.status !== 401) return answer;
  if (challengeIn(answer) === undefined) throw otherSchemes(answer);
  const negotiator = await negotiatorFor(answer.url.hostname);
  for (let leg = 0; leg < MAX_LEGS; leg += 1) {
    const challenge = challengeIn(answer) ?? '';
    // An empty challenge after the first means that the server begins anew: it did not accept the user.
    if (leg > 0 && challenge === '') return answer;
    const token = await negotiator.step(challenge);
    answer = await session.send({
      ...request,
      headers: { ...request.headers, authorization: `Negotiate ${token}` },
    });
    if (answer.status !== 401) {
      const proof = challengeIn(answer) ?? '';
      // The server proves in turn who it is.
      if (proof !== '') await negotiator.step(proof);
      return answer;
    }
  }
  return answer;
}

/** What comes after `Negotiate`; empty where nothing does, undefined where there is no such challenge. */
function challengeIn(answer: SessionResponse): string | undefined {
  for (const line of answer.headers('www-authenticate')) {
    const found = /(?:^|,)\s*Negotiate(?:\s+([A-Za-z\d+/]+={0,2}))?\s*(?:,|$)/i.exec(line);
    if (found !== null) return found[1] ?? '';
  }
  return undefined;
}

function otherSchemes(answer: SessionResponse): DriverError {
  const names = answer
    .headers('www-authenticate')
    .flatMap((line) => /^\s*(NTLM|Basic|Digest|Bearer)\b/i.exec(line)?.[1] ?? []);
  const offered = names.length === 0 ? 'nothing that is known here' : [...new Set(names)].join(', ');
  return new DriverError(
    'AUTH_NOT_SUPPORTED',
    `${answer.url.origin} asks for Windows sign-in by ${offered}, expected Negotiate`,
    {
      remedy:
        'Have an administrator allow Negotiate (Kerberos) for integrated Windows authentication, or set User and Password.',
    },
  );
}
