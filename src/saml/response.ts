import { DriverError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import { type AssertionFacts, readAssertion } from './assertion.ts';
import { type Redactor, redactNothing } from '../net/redactor.ts';
import { excerpt } from './excerpt.ts';
import { ASSERTION, PROTOCOL, SUCCESS } from './saml-names.ts';
import { findChildren, readXml, type XmlDocument, type XmlElement, escapeXml } from './xml.ts';
import { randomUUID } from 'node:crypto';

/**
 * Wraps a bare assertion, as issued by WS-Trust, in a response. Its signed characters stay unchanged; namespaces declared
 * on outer elements are declared on the assertion.
 */
export function wrapAssertion(document: XmlDocument, assertion: XmlElement, now: Date): string {
  return (
    `<samlp:Response xmlns:samlp="${PROTOCOL}" ID="_${randomUUID()}" Version="2.0" IssueInstant="${now.toISOString()}">` +
    `<samlp:Status><samlp:StatusCode Value="${SUCCESS}"/></samlp:Status>` +
    `${toStandalone(document, assertion)}</samlp:Response>`
  );
}

/** The text of an element, with all namespaces in scope declared on it. */
function toStandalone({ text }: XmlDocument, { name, namespaces, declared, start, end }: XmlElement): string {
  const missing = [...namespaces]
    .filter(([prefix]) => prefix !== 'xml' && !declared.has(prefix))
    .map(([prefix, uri]) => ` xmlns${prefix === '' ? '' : `:${prefix}`}="${escapeXml(uri)}"`);
  const afterName = start + 1 + name.length;
  return text.slice(start, afterName) + missing.join('') + text.slice(afterName, end);
}

/** A SAML response ready for STS, and the facts of its assertion. */
export interface SamlResponse {
  /** The unmodified response, base64-encoded. */
  readonly encoded: Secret;
  /** Undefined if the assertion is encrypted, which only AWS can decrypt. */
  readonly assertion: AssertionFacts | undefined;
}

/** The limit of STS. */
const MAX_ENCODED_CHARS = 100_000;

/** Reads a base64-encoded response. Text in errors passes through `redact`. */
export function readSamlResponse(encoded: Secret, redact: Redactor = redactNothing): SamlResponse {
  const text = encoded.reveal().replaceAll(/[\t\n\r ]+/g, '');
  return { encoded: checkSize(text), assertion: readFacts(readXml(decodeBase64(text)).root, redact) };
}

/** Wraps the assertion of another document in a response. */
export function wrapInResponse(document: XmlDocument, assertion: XmlElement, now: Date): SamlResponse {
  const facts = readAssertion(assertion);
  const wrapped = Buffer.from(wrapAssertion(document, assertion, now)).toString('base64');
  return { encoded: checkSize(wrapped), assertion: facts };
}

/** Reads a response or a bare assertion, as XML or base64-encoded. */
export function readAnySaml(input: Secret, now: Date): SamlResponse {
  const text = input.reveal().trim();
  const document = readXml(text.startsWith('<') ? text : decodeBase64(text.replaceAll(/\s+/g, '')));
  const { root } = document;
  if (root.localName === 'Assertion') return wrapInResponse(document, root, now);
  return readSamlResponse(text.startsWith('<') ? new Secret(Buffer.from(text).toString('base64')) : input);
}

function checkSize(encoded: string): Secret {
  if (encoded.length <= MAX_ENCODED_CHARS) return new Secret(encoded);
  throw new DriverError(
    'AUTH_SAML',
    `The SAML response has ${encoded.length} characters in base64, but STS accepts at most ${MAX_ENCODED_CHARS}`,
    { remedy: 'Have the identity provider send fewer roles and attributes to AWS.' },
  );
}

function decodeBase64(text: string): string {
  const bytes = Buffer.from(text, 'base64');
  if (text === '' || bytes.toString('base64').replace(/=+$/, '') !== text.replace(/=+$/, '')) {
    throw new DriverError('AUTH_MALFORMED', 'The SAML response is not valid base64');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DriverError('AUTH_MALFORMED', 'The SAML response is not valid UTF-8', { cause });
  }
}

function readFacts(root: XmlElement, redact: Redactor): AssertionFacts | undefined {
  if (root.localName !== 'Response' || root.namespace !== PROTOCOL) {
    throw new DriverError('AUTH_MALFORMED', 'The XML is not a SAML response');
  }
  checkStatus(root, redact);
  const assertions = findChildren(root, ASSERTION, 'Assertion');
  const encrypted = findChildren(root, ASSERTION, 'EncryptedAssertion');
  if (assertions.length + encrypted.length > 1) {
    throw new DriverError('AUTH_SAML', 'The SAML response has several assertions, but AWS accepts one');
  }
  if (encrypted.length === 1) return undefined;
  const [assertion] = [...assertions, ...root.children.filter(({ localName }) => localName === 'Assertion')];
  if (assertion === undefined) throw new DriverError('AUTH_SAML', 'The SAML response has no assertion');
  return readAssertion(assertion);
}

/** The status explains why an identity provider did not issue an assertion. */
function checkStatus(root: XmlElement, redact: Redactor): void {
  const [status] = findChildren(root, PROTOCOL, 'Status');
  const [code] = findChildren(status, PROTOCOL, 'StatusCode');
  const value = code?.attributes.get('Value') ?? 'no status';
  if (value === SUCCESS) return;
  const second = findChildren(code, PROTOCOL, 'StatusCode')[0]?.attributes.get('Value');
  const message = findChildren(status, PROTOCOL, 'StatusMessage')[0]?.text;
  const words = [value, second].map((name) => name?.replace(/^.*:/, '')).filter((name) => name !== undefined);
  const detail = [...words, ...(message === undefined ? [] : [message])]
    .map((word) => excerpt(redact(word)))
    .join(', ');
  throw new DriverError('AUTH_REFUSED', `The identity provider issued no assertion: ${detail}`, {
    remedy: 'Ask the administrator of the identity provider why it does not sign you in to AWS.',
  });
}
