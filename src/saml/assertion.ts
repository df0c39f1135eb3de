import { DriverError } from '../core/errors.ts';
import { ASSERTION, ASSERTION_1, AWS_ATTRIBUTES } from './saml-names.ts';
import { findChildren, type XmlElement } from './xml.ts';

/** The parts of an assertion that AWS evaluates. */
export interface AssertionFacts {
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** The URLs that the assertion may be sent to. */
  readonly recipients: readonly string[];
  readonly notBefore: Date | undefined;
  readonly notOnOrAfter: Date | undefined;
  readonly sessionNotOnOrAfter: Date | undefined;
  /** The raw values of the Role attribute. */
  readonly roleValues: readonly string[];
  readonly roleSessionNames: readonly string[];
  readonly sessionDurationSeconds: number | undefined;
}

/**
 * Reads an assertion along fixed paths, so that look-alike elements in other places are ignored. The signature is
 * verified by AWS, which has the provider's certificate.
 */
export function readAssertion(assertion: XmlElement): AssertionFacts {
  if (assertion.namespace === ASSERTION_1) {
    throw new DriverError(
      'AUTH_SAML',
      'The identity provider issued a SAML 1.1 assertion, but AWS requires SAML 2.0',
    );
  }
  if (assertion.namespace !== ASSERTION || assertion.localName !== 'Assertion') {
    throw new DriverError('AUTH_MALFORMED', 'The XML is not a SAML 2.0 assertion');
  }
  const at = (...path: readonly string[]): readonly XmlElement[] =>
    path.reduce<readonly XmlElement[]>(
      (elements, name) => elements.flatMap((element) => findChildren(element, ASSERTION, name)),
      [assertion],
    );
  const [conditions] = at('Conditions');
  const confirmations = at('Subject', 'SubjectConfirmation', 'SubjectConfirmationData');
  const readAttribute = (name: string): readonly string[] =>
    at('AttributeStatement', 'Attribute')
      .filter((attribute) => attribute.attributes.get('Name') === AWS_ATTRIBUTES + name)
      .flatMap((attribute) => findChildren(attribute, ASSERTION, 'AttributeValue'))
      .map(({ text }) => text.trim());
  const duration = readAttribute('SessionDuration')[0];
  return {
    issuer: at('Issuer')[0]?.text.trim() ?? '',
    audiences: at('Conditions', 'AudienceRestriction', 'Audience').map(({ text }) => text.trim()),
    recipients: confirmations.flatMap(({ attributes }) => attributes.get('Recipient') ?? []),
    notBefore: parseInstant(conditions, 'NotBefore'),
    notOnOrAfter: earliest(
      [conditions, ...confirmations].map((element) => parseInstant(element, 'NotOnOrAfter')),
    ),
    sessionNotOnOrAfter: earliest(
      at('AuthnStatement').map((element) => parseInstant(element, 'SessionNotOnOrAfter')),
    ),
    roleValues: readAttribute('Role'),
    roleSessionNames: readAttribute('RoleSessionName'),
    sessionDurationSeconds:
      duration !== undefined && /^\d{1,6}$/.test(duration) ? Number(duration) : undefined,
  };
}

function parseInstant(element: XmlElement | undefined, name: string): Date | undefined {
  const value = element?.attributes.get(name);
  if (value === undefined) return undefined;
  // SAML times are UTC even without a zone.
  const date = new Date(/(Z|[+-]\d\d:\d\d)$/.test(value) ? value : `${value}Z`);
  if (Number.isNaN(date.getTime()))
    throw new DriverError('AUTH_MALFORMED', `The assertion's ${name} is not a valid time`);
  return date;
}

function earliest(dates: readonly (Date | undefined)[]): Date | undefined {
  const times = dates.flatMap((date) => (date === undefined ? [] : [date.getTime()]));
  return times.length === 0 ? undefined : new Date(Math.min(...times));
}
