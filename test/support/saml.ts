/** The contents of an assertion; the defaults are valid for AWS. */
export interface AssertionOptions {
  readonly roles?: readonly string[];
  readonly sessionName?: string | undefined;
  readonly recipient?: string | undefined;
  readonly audience?: string;
  readonly notBefore?: Date;
  readonly notOnOrAfter?: Date;
  readonly sessionNotOnOrAfter?: Date;
  readonly sessionDuration?: string;
}

export const ROLE = 'arn:aws:iam::123456789012:role/Analyst';
export const PROVIDER = 'arn:aws:iam::123456789012:saml-provider/Corp';

/** An unsigned assertion. */
export function assertionXml(options: AssertionOptions = {}): string {
  const { audience = 'urn:amazon:webservices', roles = [`${ROLE},${PROVIDER}`] } = options;
  const recipient = 'recipient' in options ? options.recipient : 'https://signin.aws.amazon.com/saml';
  const sessionName = 'sessionName' in options ? options.sessionName : 'ana@corp.com';
  return (
    `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a" Version="2.0"><saml:Issuer>https://idp.example</saml:Issuer>` +
    `<saml:Subject><saml:NameID>CANARY-ana</saml:NameID><saml:SubjectConfirmation><saml:SubjectConfirmationData` +
    `${recipient === undefined ? '' : ` Recipient="${recipient}"`}${time('NotOnOrAfter', options.notOnOrAfter)}/></saml:SubjectConfirmation></saml:Subject>` +
    `<saml:Conditions${time('NotBefore', options.notBefore)}><saml:AudienceRestriction><saml:Audience>${audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
    `<saml:AuthnStatement${time('SessionNotOnOrAfter', options.sessionNotOnOrAfter)}/>` +
    `<saml:AttributeStatement>${attribute('Role', roles)}${attribute('RoleSessionName', sessionName === undefined ? [] : [sessionName])}` +
    `${attribute('SessionDuration', options.sessionDuration === undefined ? [] : [options.sessionDuration])}</saml:AttributeStatement></saml:Assertion>`
  );
}

/** A response with these contents. */
export function responseXml(inside: string, status = 'urn:oasis:names:tc:SAML:2.0:status:Success'): string {
  return `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"><samlp:Status><samlp:StatusCode Value="${status}"/></samlp:Status>${inside}</samlp:Response>`;
}

/** In base64, as pages carry it. */
export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function time(name: string, date: Date | undefined): string {
  return date === undefined ? '' : ` ${name}="${date.toISOString()}"`;
}

function attribute(name: string, values: readonly string[]): string {
  const elements = values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`);
  return values.length === 0
    ? ''
    : `<saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/${name}">${elements.join('')}</saml:Attribute>`;
}
