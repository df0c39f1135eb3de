import { randomUUID } from 'node:crypto';
import { PROTOCOL, SUCCESS } from './saml-names.ts';
import { escapeXml, type XmlDocument, type XmlElement } from './xml.ts';

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
