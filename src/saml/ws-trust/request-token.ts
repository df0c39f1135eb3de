import { randomUUID } from 'node:crypto';
import { DriverError } from '../../core/errors.ts';
import type { HttpSession, SessionResponse, SessionRequest } from '../../net/http-session.ts';
import { formatDetail } from '../excerpt.ts';
import { type SamlResponse, wrapInResponse } from '../response.ts';
import { readXml } from '../xml.ts';
import { type TrustResponse, readTrustResponse } from './trust-response.ts';
import { issueAction, createTokenRequestEnvelope, type TokenRequest } from './envelope.ts';
import type { TrustPeer } from './peer.ts';

/** The HTTP request for a token. Redirects are not followed, since they would resend the password. */
export function createTrustRequest(
  request: TokenRequest,
  now: number,
  authorization?: string,
): SessionRequest {
  return {
    url: request.endpoint,
    headers: {
      soapaction: issueAction(request.version),
      ...(authorization === undefined ? {} : { authorization }),
    },
    body: {
      type: 'application/soap+xml; charset=utf-8',
      text: createTokenRequestEnvelope(request, { now, messageId: randomUUID() }),
    },
    maxRedirects: 0,
  };
}

/** Requests a token, and wraps its assertion in a SAML response for AWS. */
export async function requestToken(
  session: HttpSession,
  request: TokenRequest,
  peer: TrustPeer,
  { now, authorization }: { readonly now: number; readonly authorization?: string | undefined },
): Promise<SamlResponse> {
  if (request.user !== undefined) session.addSecret(request.user.password);
  return readToken(await session.send(createTrustRequest(request, now, authorization)), peer, now);
}

/** Reads the token of a response; throws if there is none. */
export function readToken(answer: SessionResponse, peer: TrustPeer, now: number): SamlResponse {
  if (!isXmlResponse(answer)) throw peer.explainStatus(answer) ?? noTokenError(answer, peer);
  const document = readXml(answer.text);
  const read = readTrustResponse(document.root, answer.redact);
  switch (read.kind) {
    case 'token':
      if (read.token.localName.startsWith('Encrypted')) {
        throw new DriverError('AUTH_SAML', `${peer.name} encrypted the token, so its roles cannot be read`, {
          remedy: peer.encryption,
        });
      }
      return wrapInResponse(document, read.token, new Date(now));
    case 'fault':
      throw toFaultError(read, peer);
    case 'neither':
      throw peer.explainStatus(answer) ?? noTokenError(answer, peer);
  }
}

function isXmlResponse(answer: SessionResponse): boolean {
  const type = answer.headers('content-type')[0] ?? '';
  return /\bxml\b/i.test(type) && !/html/i.test(type) && answer.text.trim() !== '';
}

function toFaultError(
  { code, reason }: Extract<TrustResponse, { kind: 'fault' }>,
  peer: TrustPeer,
): DriverError {
  const detail = `${code}${formatDetail(reason)}`;
  const rule = peer.faults.find(
    ({ codes, pattern }) => codes.includes(code) || pattern?.test(reason) === true,
  );
  if (rule === undefined)
    return new DriverError('AUTH_REFUSED', `${peer.name} rejected the request: ${detail}`, {
      remedy: peer.advice,
    });
  return new DriverError(rule.code, `${rule.message} (${detail})`, { remedy: rule.remedy });
}

function noTokenError({ url, status }: SessionResponse, { name }: TrustPeer): DriverError {
  if (status >= 500) return new DriverError('AUTH_UNAVAILABLE', `${name} failed with status ${status}`);
  const what =
    status >= 300 && status < 400 ? 'a redirect' : `something other than a token (status ${status})`;
  return new DriverError('AUTH_MALFORMED', `${url.origin} responded to the token request with ${what}`);
}
