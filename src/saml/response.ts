import { DriverError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import { type AssertionFacts, readAssertion } from './assertion.ts';
import { type Redactor, redactNothing } from '../net/redactor.ts';
import { excerpt } from './page.ts';
import { ASSERTION, PROTOCOL, SUCCESS } from './saml-names.ts';
import { wrapAssertion } from './wrap.ts';
import { childrenOf, readXml, type XmlDocument, type XmlElement } from './xml.ts';

/** What an identity provider issued, ready for STS, and what could be read of it. */
export interface SamlResponse {
  /** The response in base64, its bytes as they came. */
  readonly encoded: Secret;
  /** Undefined where the assertion is encrypted: AWS can read it, this driver cannot. */
  readonly assertion: AssertionFacts | undefined;
}

/** The most that STS takes, in characters of base64. */
const MAX_ENCODED_CHARS = 100_000;

/** Reads a response as pages carry it: in base64. What is told of a refusal passes `redact`. */
export function readSamlResponse(encoded: Secret, redact: Redactor = redactNothing): SamlResponse {
  const text = encoded.reveal().replaceAll(/[\t\n\r ]+/g, '');
  return { encoded: bounded(text), assertion: factsOf(readXml(decodedBase64(text)).root, redact) };
}

/** Makes a response of an assertion that stands in another document. */
export function responseAround(document: XmlDocument, assertion: XmlElement, now: Date): SamlResponse {
  const facts = readAssertion(assertion);
  const wrapped = Buffer.from(wrapAssertion(document, assertion, now)).toString('base64');
  return { encoded: bounded(wrapped), assertion: facts };
}

/** Reads what people have at hand: a response or a bare assertion, as XML or in base64. */
export function readAnySaml(given: Secret, now: Date): SamlResponse {
  const text = given.reveal().trim();
  const document = readXml(text.startsWith('<') ? text : decodedBase64(text.replaceAll(/\s+/g, '')));
  const { root } = document;
  if (root.localName === 'Assertion') return responseAround(document, root, now);
  return readSamlResponse(text.startsWith('<') ? new Secret(Buffer.from(text).toString('base64')) : given);
}

function bounded(encoded: string): Secret {
  if (encoded.length <= MAX_ENCODED_CHARS) return new Secret(encoded);
  throw new DriverError(
    'AUTH_SAML',
    `The SAML response has ${encoded.length} characters in base64, but STS takes ${MAX_ENCODED_CHARS} at most`,
    { remedy: 'Have the identity provider send fewer roles and attributes to AWS.' },
  );
}

function decodedBase64(text: string): string {
  const bytes = Buffer.from(text, 'base64');
  if (text === '' || bytes.toString('base64').replace(/=+$/, '') !== text.replace(/=+$/, '')) {
    throw new DriverError('AUTH_MALFORMED', 'The SAML response is not in base64');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DriverError('AUTH_MALFORMED', 'The SAML response is not in UTF-8', { cause });
  }
}

function factsOf(root: XmlElement, redact: Redactor): AssertionFacts | undefined {
  if (root.localName !== 'Response' || root.namespace !== PROTOCOL) {
    throw new DriverError('AUTH_MALFORMED', 'The XML is no SAML response');
  }
  checkStatus(root, redact);
  const assertions = childrenOf(root, ASSERTION, 'Assertion');
  const encrypted = childrenOf(root, ASSERTION, 'EncryptedAssertion');
  if (assertions.length + encrypted.length > 1) {
    throw new DriverError('AUTH_SAML', 'The SAML response has several assertions, where AWS reads one');
  }
  if (encrypted.length === 1) return undefined;
  const [assertion] = [...assertions, ...root.children.filter(({ localName }) => localName === 'Assertion')];
  if (assertion === undefined) throw new DriverError('AUTH_SAML', 'The SAML response has no assertion');
  return readAssertion(assertion);
}

/** Identity providers say in the status why they did not issue an assertion. */
function checkStatus(root: XmlElement, redact: Redactor): void {
  const [status] = childrenOf(root, PROTOCOL, 'Status');
  const [code] = childrenOf(status, PROTOCOL, 'StatusCode');
  const value = code?.attributes.get('Value') ?? 'no status';
  if (value === SUCCESS) return;
  const second = childrenOf(code, PROTOCOL, 'StatusCode')[0]?.attributes.get('Value');
  const said = childrenOf(status, PROTOCOL, 'StatusMessage')[0]?.text;
  const words = [value, second].map((name) => name?.replace(/^.*:/, '')).filter((name) => name !== undefined);
  const detail = [...words, ...(said === undefined ? [] : [said])]
    .map((word) => excerpt(redact(word)))
    .join(', ');
  throw new DriverError('AUTH_REFUSED', `The identity provider issued no assertion: ${detail}`, {
    remedy: 'Ask the administrator of the identity provider why it refuses to sign you in to AWS.',
  });
}
