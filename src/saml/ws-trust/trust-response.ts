import { type Redactor, redactNothing } from '../../net/redactor.ts';
import { excerpt } from '../excerpt.ts';
import { findChildren, type XmlElement } from '../xml.ts';

/** The response of a security token service. */
export type TrustResponse =
  | {
      readonly kind: 'token';
      /** The assertion, which may be encrypted. */
      readonly token: XmlElement;
    }
  | {
      readonly kind: 'fault';
      /** The innermost code, without its prefix: `FailedAuthentication`. */
      readonly code: string;
      /** The service's message, ready for display. */
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
 * Reads a SOAP response. Only the path defined by WS-Trust is followed, so that look-alikes of a token are ignored. The
 * message of a fault passes through `redact`.
 */
export function readTrustResponse(root: XmlElement, redact: Redactor = redactNothing): TrustResponse {
  const soap = root.namespace;
  if (root.localName !== 'Envelope' || (soap !== SOAP_12 && soap !== SOAP_11)) return { kind: 'neither' };
  const [body] = findChildren(root, soap, 'Body');
  const [fault] = findChildren(body, soap, 'Fault');
  if (fault !== undefined) return toFault(soap === SOAP_12 ? readFault12(fault) : readFault11(fault), redact);
  for (const trust of TRUSTS) {
    const [collection = body] = findChildren(body, trust, 'RequestSecurityTokenResponseCollection');
    const [response] = findChildren(collection, trust, 'RequestSecurityTokenResponse');
    const [requested] = findChildren(response, trust, 'RequestedSecurityToken');
    const [token] = requested?.children ?? [];
    if (token !== undefined) return { kind: 'token', token };
  }
  return { kind: 'neither' };
}

interface SoapFault {
  readonly code: string;
  readonly reason: string;
}

function readFault12(fault: XmlElement): SoapFault {
  let [code] = findChildren(fault, SOAP_12, 'Code');
  for (let depth = 0; depth < MAX_SUBCODES; depth += 1) {
    const [inner] = findChildren(code, SOAP_12, 'Subcode');
    if (inner === undefined) break;
    code = inner;
  }
  const [value] = findChildren(code, SOAP_12, 'Value');
  const [reason] = findChildren(fault, SOAP_12, 'Reason');
  const [text] = findChildren(reason, SOAP_12, 'Text');
  return { code: value?.text ?? '', reason: text?.text ?? '' };
}

function readFault11(fault: XmlElement): SoapFault {
  const [code] = findChildren(fault, '', 'faultcode');
  const [reason] = findChildren(fault, '', 'faultstring');
  return { code: code?.text ?? '', reason: reason?.text ?? '' };
}

function toFault({ code, reason }: SoapFault, redact: Redactor): TrustResponse {
  const name = redact(code).trim().split(':').at(-1) ?? '';
  return {
    kind: 'fault',
    code: /^[\w.-]{1,60}$/.test(name) ? name : 'Fault',
    reason: excerpt(redact(reason)),
  };
}
