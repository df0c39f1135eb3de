import { randomUUID } from 'node:crypto';
import { PROTOCOL, SUCCESS } from './saml-names.ts';
import { escapeXml, type XmlDocument, type XmlElement } from './xml.ts';

/**
 * A response around an assertion that came by itself, as WS-Trust gives it. The assertion's characters stay as they
 * were, since they are signed; what its prefixes mean is declared on it where an outer element did so before.
 */
export function wrapAssertion(document: XmlDocument, assertion: XmlElement, now: Date): string {
  return (
    `<samlp:Response xmlns:samlp="${PROTOCOL}" ID="_${randomUUID()}" Version="2.0" IssueInstant="${now.toISOString()}">` +
    `<samlp:Status><samlp:StatusCode Value="${SUCCESS}"/></samlp:Status>` +
    `${standingAlone(document, assertion)}</samlp:Response>`
  );
}

/** The characters of an element, with all namespaces that are in scope declared on it. */
function standingAlone(
  { text }: XmlDocument,
  { name, namespaces, declared, start, end }: XmlElement,
): string {
  const missing = [...namespaces]
    .filter(([prefix]) => prefix !== 'xml' && !declared.has(prefix))
    .map(([prefix, uri]) => ` xmlns${prefix === '' ? '' : `:${prefix}`}="${escapeXml(uri)}"`);
  const afterName = start + 1 + name.length;
  return text.slice(start, afterName) + missing.join('') + text.slice(afterName, end);
}
