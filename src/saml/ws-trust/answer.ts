import { type Redactor, redactNothing } from '../../net/redactor.ts';
import { excerpt } from '../page.ts';
import { childrenOf, type XmlElement } from '../xml.ts';

/** What a security token service answered. */
export type TrustAnswer =
  | {
      readonly kind: 'token';
      /** The element that is the token: an assertion, or one that is encrypted. */
      readonly token: XmlElement;
    }
  | {
      readonly kind: 'fault';
      /** The innermost code, without its prefix: `FailedAuthentication`. */
      readonly code: string;
      /** The service's words, as they may be shown. */
      readonly reason: string;
    }
  | { readonly kind: 'neither' };

const SOAP_12 = 'http://www.w3.org/2003/05/soap-envelope';
const SOAP_11 = 'http://schemas.xmlsoap.org/soap/envelope/';
const TRUSTS = [
  'http://docs.oasis-open.org/ws-sx/ws-trust/200512',
  'http://schemas.xmlsoap.org/ws/2005/02/trust',
];
const MAX_SUBCODES = 8;

/**
 * Reads a SOAP answer. Only the one path on which WS-Trust puts a token counts, not whatever else looks like one. The
 * words of a fault pass `redact`.
 */
export function readTrustAnswer(root: XmlElement, redact: Redactor = redactNothing): TrustAnswer {
  const soap = root.namespace;
  if (root.localName !== 'Envelope' || (soap !== SOAP_12 && soap !== SOAP_11)) return { kind: 'neither' };
  const [body] = childrenOf(root, soap, 'Body');
  const [fault] = childrenOf(body, soap, 'Fault');
  if (fault !== undefined) return faultOf(soap === SOAP_12 ? words12(fault) : words11(fault), redact);
  for (const trust of TRUSTS) {
    const [collection = body] = childrenOf(body, trust, 'RequestSecurityTokenResponseCollection');
    const [response] = childrenOf(collection, trust, 'RequestSecurityTokenResponse');
    const [requested] = childrenOf(response, trust, 'RequestedSecurityToken');
    const [token] = requested?.children ?? [];
    if (token !== undefined) return { kind: 'token', token };
  }
  return { kind: 'neither' };
}

interface FaultWords {
  readonly code: string;
  readonly reason: string;
}

function words12(fault: XmlElement): FaultWords {
  let [code] = childrenOf(fault, SOAP_12, 'Code');
  for (let depth = 0; depth < MAX_SUBCODES; depth += 1) {
    const [inner] = childrenOf(code, SOAP_12, 'Subcode');
    if (inner === undefined) break;
    code = inner;
  }
  const [value] = childrenOf(code, SOAP_12, 'Value');
  const [reason] = childrenOf(fault, SOAP_12, 'Reason');
  const [text] = childrenOf(reason, SOAP_12, 'Text');
  return { code: value?.text ?? '', reason: text?.text ?? '' };
}

function words11(fault: XmlElement): FaultWords {
  const [code] = childrenOf(fault, '', 'faultcode');
  const [reason] = childrenOf(fault, '', 'faultstring');
  return { code: code?.text ?? '', reason: reason?.text ?? '' };
}

function faultOf({ code, reason }: FaultWords, redact: Redactor): TrustAnswer {
  const name = redact(code).trim().split(':').at(-1) ?? '';
  return {
    kind: 'fault',
    code: /^[\w.-]{1,60}$/.test(name) ? name : 'Fault',
    reason: excerpt(redact(reason)),
  };
}
