import { randomUUID } from 'node:crypto';
import { DriverError } from '../../core/errors.ts';
import type { HttpSession, SessionResponse, SessionRequest } from '../../net/http-session.ts';
import { quoted } from '../quoted.ts';
import { type SamlResponse, responseAround } from '../response.ts';
import { readXml } from '../xml.ts';
import { type TrustAnswer, readTrustAnswer } from './answer.ts';
import { issueAction, tokenRequestEnvelope, type TokenRequest } from './envelope.ts';
import type { TrustPeer } from './peer.ts';

/** The message that asks for a token, ready to be sent. A redirect would repeat the password elsewhere: none is followed. */
export function trustRequest(request: TokenRequest, now: number, authorization?: string): SessionRequest {
  return {
    url: request.endpoint,
    headers: {
      soapaction: issueAction(request.version),
      ...(authorization === undefined ? {} : { authorization }),
    },
    body: {
      type: 'application/soap+xml; charset=utf-8',
      text: tokenRequestEnvelope(request, { now, messageId: randomUUID() }),
    },
    maxRedirects: 0,
  };
}

/** Asks a security token service for a token: an assertion, made into a response for AWS. */
export async function requestToken(
  session: HttpSession,
  request: TokenRequest,
  peer: TrustPeer,
  { now, authorization }: { readonly now: number; readonly authorization?: string | undefined },
): Promise<SamlResponse> {
  if (request.user !== undefined) session.addSecret(request.user.password);
  return tokenOf(await session.send(trustRequest(request, now, authorization)), peer, now);
}

/** The token in an answer, or why there is none. */
export function tokenOf(answer: SessionResponse, peer: TrustPeer, now: number): SamlResponse {
  if (!isXml(answer)) throw peer.refusal(answer) ?? noMessage(answer, peer);
  const document = readXml(answer.text);
  const read = readTrustAnswer(document.root, answer.redact);
  switch (read.kind) {
    case 'token':
      if (read.token.localName.startsWith('Encrypted')) {
        throw new DriverError('AUTH_SAML', `${peer.name} encrypted the token, so its roles cannot be read`, {
          remedy: peer.encryption,
        });
      }
      return responseAround(document, read.token, new Date(now));
    case 'fault':
      throw faultError(read, peer);
    case 'neither':
      throw peer.refusal(answer) ?? noMessage(answer, peer);
  }
}

function isXml(answer: SessionResponse): boolean {
  const type = answer.headers('content-type')[0] ?? '';
  return /\bxml\b/i.test(type) && !/html/i.test(type) && answer.text.trim() !== '';
}

function faultError({ code, reason }: Extract<TrustAnswer, { kind: 'fault' }>, peer: TrustPeer): DriverError {
  const said = `${code}${quoted(reason)}`;
  const meaning = peer.faults.find(({ codes, says }) => codes.includes(code) || says?.test(reason) === true);
  if (meaning === undefined)
    return new DriverError('AUTH_REFUSED', `${peer.name} refused: ${said}`, { remedy: peer.advice });
  return new DriverError(meaning.code, `${meaning.message} (${said})`, { remedy: meaning.remedy });
}

function noMessage({ url, status }: SessionResponse, { name }: TrustPeer): DriverError {
  if (status >= 500) return new DriverError('AUTH_UNAVAILABLE', `${name} failed with status ${status}`);
  const what =
    status >= 300 && status < 400 ? 'a redirect' : `something other than a token (status ${status})`;
  return new DriverError('AUTH_MALFORMED', `${url.origin} answered the request for a token with ${what}`);
}
