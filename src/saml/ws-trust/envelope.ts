import { DriverError } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import { escapeXml } from '../xml.ts';
import { INVALID_XML_CHARACTER } from '../xml-guard.ts';

/** The versions of WS-Trust that identity providers support. */
export type TrustVersion = '1.3' | '2005';

/** A request for a token. */
export interface TokenRequest {
  /** The exact URL that the request is sent to. */
  readonly endpoint: string;
  readonly version: TrustVersion;
  /** The identifier of the relying party that the token is for. */
  readonly appliesTo: string;
  /** Absent if the connection authenticates the user. */
  readonly user?: { readonly name: string; readonly password: Secret } | undefined;
}

/** The time and ID of a request. */
export interface Stamp {
  /** Milliseconds since 1970, UTC. */
  readonly now: number;
  readonly messageId: string;
}

interface Edition {
  readonly namespace: string;
  readonly keyType: string;
}

const EDITIONS: Readonly<Record<TrustVersion, Edition>> = {
  '1.3': {
    namespace: 'http://docs.oasis-open.org/ws-sx/ws-trust/200512',
    keyType: 'http://docs.oasis-open.org/ws-sx/ws-trust/200512/Bearer',
  },
  '2005': {
    namespace: 'http://schemas.xmlsoap.org/ws/2005/02/trust',
    keyType: 'http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey',
  },
};

const SOAP = 'http://www.w3.org/2003/05/soap-envelope';
const ADDRESSING = 'http://www.w3.org/2005/08/addressing';
const WSS = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss';
const SAML_2 = 'http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0';
const LIFETIME_MS = 5 * 60_000;

/** The WS-Addressing action of a token request. */
export function issueAction(version: TrustVersion): string {
  return `${EDITIONS[version].namespace}/RST/Issue`;
}

/** The SOAP message that requests a SAML 2.0 token. Contains the password. */
export function createTokenRequestEnvelope(request: TokenRequest, stamp: Stamp): Secret {
  const { namespace, keyType } = EDITIONS[request.version];
  return new Secret(
    `<s:Envelope xmlns:s="${SOAP}" xmlns:a="${ADDRESSING}"><s:Header>` +
      `<a:Action s:mustUnderstand="1">${issueAction(request.version)}</a:Action>` +
      `<a:MessageID>urn:uuid:${stamp.messageId}</a:MessageID>` +
      `<a:ReplyTo><a:Address>${ADDRESSING}/anonymous</a:Address></a:ReplyTo>` +
      `<a:To s:mustUnderstand="1">${toXmlText('SSOLoginURL', request.endpoint)}</a:To>` +
      securityHeader(request, stamp) +
      `</s:Header><s:Body><t:RequestSecurityToken xmlns:t="${namespace}">` +
      `<p:AppliesTo xmlns:p="http://schemas.xmlsoap.org/ws/2004/09/policy"><a:EndpointReference>` +
      `<a:Address>${toXmlText('the relying party', request.appliesTo)}</a:Address>` +
      `</a:EndpointReference></p:AppliesTo>` +
      `<t:KeyType>${keyType}</t:KeyType>` +
      `<t:RequestType>${namespace}/Issue</t:RequestType>` +
      // Without it ADFS issues SAML 1.1, which AWS does not accept.
      `<t:TokenType>${SAML_2}</t:TokenType>` +
      `</t:RequestSecurityToken></s:Body></s:Envelope>`,
  );
}

function securityHeader({ user }: TokenRequest, { now, messageId }: Stamp): string {
  if (user === undefined) return '';
  const created = new Date(now).toISOString();
  const expires = new Date(now + LIFETIME_MS).toISOString();
  return (
    `<o:Security s:mustUnderstand="1" xmlns:o="${WSS}-wssecurity-secext-1.0.xsd" xmlns:u="${WSS}-wssecurity-utility-1.0.xsd">` +
    `<u:Timestamp u:Id="_0"><u:Created>${created}</u:Created><u:Expires>${expires}</u:Expires></u:Timestamp>` +
    `<o:UsernameToken u:Id="user-${messageId}"><o:Username>${toXmlText('User', user.name)}</o:Username>` +
    `<o:Password Type="${WSS}-username-token-profile-1.0#PasswordText">${toXmlText('Password', user.password.reveal())}</o:Password>` +
    `</o:UsernameToken></o:Security>`
  );
}

/** A value as the text of an element; `name` is its property. */
function toXmlText(name: string, value: string): string {
  if (!INVALID_XML_CHARACTER.test(value)) return escapeXml(value);
  throw new DriverError('CONN_BAD_VALUE', `${name} contains a character that XML does not allow`, {
    remedy: `Remove control characters from ${name}.`,
  });
}
