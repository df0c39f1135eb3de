import { generateKeyPairSync } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { assertionXml, base64, PROVIDER, responseXml, ROLE } from './saml.ts';

/** The form of a WS-Trust token. */
export interface TokenWords {
  readonly nameId?: string;
  /** The prefix of its elements; empty for the default namespace. */
  readonly prefix?: string;
  /** Whether the token declares its namespaces, or the document around it does. */
  readonly declares?: boolean;
}

/** Declarations of the namespaces of tokens. */
export function declarations(prefix: string): string {
  const colon = prefix === '' ? '' : `:${prefix}`;
  return ` xmlns${colon}="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`;
}

/** An unsigned assertion of a security token service. */
export function tokenXml({ prefix = 'saml', declares = true, nameId = 'ana' }: TokenWords = {}): string {
  const p = prefix === '' ? '' : `${prefix}:`;
  const attribute = (name: string, value: string): string =>
    `<${p}Attribute Name="https://aws.amazon.com/SAML/Attributes/${name}"><${p}AttributeValue xsi:type="xs:string">${value}</${p}AttributeValue></${p}Attribute>`;
  return (
    `<${p}Assertion${declares ? declarations(prefix) : ''} ID="_a1" Version="2.0" IssueInstant="2026-01-01T00:00:00Z">` +
    `<${p}Issuer>http://idp.corp.test/trust</${p}Issuer>` +
    `<${p}Subject><${p}NameID>${nameId}</${p}NameID><${p}SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">` +
    `<${p}SubjectConfirmationData Recipient="https://signin.aws.amazon.com/saml"/></${p}SubjectConfirmation></${p}Subject>` +
    `<${p}Conditions><${p}AudienceRestriction><${p}Audience>urn:amazon:webservices</${p}Audience></${p}AudienceRestriction></${p}Conditions>` +
    `<${p}AttributeStatement>${attribute('Role', `${PROVIDER}, ${ROLE}`)}${attribute('RoleSessionName', 'ana')}</${p}AttributeStatement>` +
    `</${p}Assertion>`
  );
}

/** A base64-encoded response for AWS, as in pages. */
export function samlResponse(): string {
  return base64(responseXml(assertionXml()));
}

const TRUST = {
  '1.3': 'http://docs.oasis-open.org/ws-sx/ws-trust/200512',
  '2005': 'http://schemas.xmlsoap.org/ws/2005/02/trust',
} as const;

/** The SOAP message with which a security token service issues a token. */
export function trustResponse(
  token: string,
  { version = '1.3', around = '' }: { readonly version?: keyof typeof TRUST; readonly around?: string } = {},
): string {
  const response = `<t:RequestSecurityTokenResponse><t:RequestedSecurityToken>${token}</t:RequestedSecurityToken></t:RequestSecurityTokenResponse>`;
  const collection = 't:RequestSecurityTokenResponseCollection';
  const inside = version === '2005' ? response : `<${collection}>${response}</${collection}>`;
  return `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:t="${TRUST[version]}"${around}><s:Header/><s:Body>${inside}</s:Body></s:Envelope>`;
}

/** A SOAP 1.2 fault with this code and reason. */
export function soapFault(code: string, reason: string): string {
  return (
    `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault>` +
    `<s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value xmlns:a="urn:faults">a:${code}</s:Value></s:Subcode></s:Code>` +
    `<s:Reason><s:Text xml:lang="en-US">${reason}</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>`
  );
}

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';

/** Signs the assertion in a document. */
export function signed(document: string): string {
  const signer = new SignedXml({
    privateKey,
    signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: EXCLUSIVE,
  });
  signer.addReference({
    xpath: "//*[local-name(.)='Assertion']",
    digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', EXCLUSIVE],
    // Okta and OpenSAML sign the meaning of the prefix that xsi:type uses.
    inclusiveNamespacesPrefixList: ['xs'],
  });
  signer.computeSignature(document, {
    location: { reference: "//*[local-name(.)='Issuer']", action: 'after' },
  });
  return signer.getSignedXml();
}

/** Whether the signature of the assertion in a document is valid. */
export function isSignatureGood(document: string): boolean {
  const [signature] = /<(?:\w+:)?Signature[\s>][\s\S]*<\/(?:\w+:)?Signature>/.exec(document) ?? [];
  if (signature === undefined) return false;
  const verifier = new SignedXml({ publicCert: publicKey });
  verifier.loadSignature(signature);
  try {
    return verifier.checkSignature(document);
  } catch {
    return false;
  }
}
