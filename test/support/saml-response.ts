/** The contents of a SAML response for AWS. */
export interface SamlResponseOptions {
  /** Pairs of role and provider, as in the attribute. */
  readonly roles: readonly string[];
  readonly sessionName?: string;
  readonly recipient?: string;
}

const AWS = 'https://aws.amazon.com/SAML/Attributes';

/** A SAML response for AWS in base64, valid for five minutes. It is unsigned, since only AWS verifies signatures. */
export function samlResponse({
  roles,
  sessionName = 'ana@corp.test',
  recipient,
}: SamlResponseOptions): string {
  const soon = new Date(Date.now() + 300_000).toISOString();
  const to = recipient ?? 'https://signin.aws.amazon.com/saml';
  const xml =
    '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Version="2.0">' +
    '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>' +
    '<saml:Assertion Version="2.0"><saml:Issuer>http://www.okta.com/exk1</saml:Issuer>' +
    `<saml:Subject><saml:NameID>ana</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="${soon}" Recipient="${to}"/></saml:SubjectConfirmation></saml:Subject>` +
    `<saml:Conditions NotOnOrAfter="${soon}"><saml:AudienceRestriction><saml:Audience>urn:amazon:webservices</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
    `<saml:AttributeStatement>${attribute('Role', roles)}${attribute('RoleSessionName', [sessionName])}</saml:AttributeStatement>` +
    '</saml:Assertion></samlp:Response>';
  return Buffer.from(xml).toString('base64');
}

function attribute(name: string, values: readonly string[]): string {
  const elements = values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join('');
  return `<saml:Attribute Name="${AWS}/${name}">${elements}</saml:Attribute>`;
}
