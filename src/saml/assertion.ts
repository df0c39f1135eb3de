import { DriverError } from '../core/errors.ts';
import { ASSERTION, ASSERTION_1, AWS_ATTRIBUTES } from './saml-names.ts';
import { childrenOf, type XmlElement } from './xml.ts';

/** What AWS will look at. */
export interface AssertionFacts {
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** The addresses that the assertion may be handed to. */
  readonly recipients: readonly string[];
  readonly notBefore: Date | undefined;
  readonly notOnOrAfter: Date | undefined;
  readonly sessionNotOnOrAfter: Date | undefined;
  /** The values of the attribute for roles, as they came. */
  readonly roleValues: readonly string[];
  readonly roleSessionNames: readonly string[];
  readonly sessionDurationSeconds: number | undefined;
}

/**
 * Reads an assertion by the direct path from its element, so that nothing in other places counts. Its signature is
 * for AWS to check, which knows the provider's certificate.
 */
export function readAssertion(assertion: XmlElement): AssertionFacts {
  if (assertion.namespace === ASSERTION_1) {
    throw new DriverError(
      'AUTH_SAML',
      'The identity provider issued a SAML 1.1 assertion, where AWS needs SAML 2.0',
    );
  }
  if (assertion.namespace !== ASSERTION || assertion.localName !== 'Assertion') {
    throw new DriverError('AUTH_MALFORMED', 'The XML is no SAML 2.0 assertion');
  }
  const at = (...path: readonly string[]): readonly XmlElement[] =>
    path.reduce<readonly XmlElement[]>(
      (elements, name) => elements.flatMap((element) => childrenOf(element, ASSERTION, name)),
      [assertion],
    );
  const [conditions] = at('Conditions');
  const confirmations = at('Subject', 'SubjectConfirmation', 'SubjectConfirmationData');
  const valuesOf = (name: string): readonly string[] =>
    at('AttributeStatement', 'Attribute')
      .filter((attribute) => attribute.attributes.get('Name') === AWS_ATTRIBUTES + name)
      .flatMap((attribute) => childrenOf(attribute, ASSERTION, 'AttributeValue'))
      .map(({ text }) => text.trim());
  const duration = valuesOf('SessionDuration')[0];
  return {
    issuer: at('Issuer')[0]?.text.trim() ?? '',
    audiences: at('Conditions', 'AudienceRestriction', 'Audience').map(({ text }) => text.trim()),
    recipients: confirmations.flatMap(({ attributes }) => attributes.get('Recipient') ?? []),
    notBefore: instant(conditions, 'NotBefore'),
    notOnOrAfter: earliest([conditions, ...confirmations].map((element) => instant(element, 'NotOnOrAfter'))),
    sessionNotOnOrAfter: earliest(
      at('AuthnStatement').map((element) => instant(element, 'SessionNotOnOrAfter')),
    ),
    roleValues: valuesOf('Role'),
    roleSessionNames: valuesOf('RoleSessionName'),
    sessionDurationSeconds:
      duration !== undefined && /^\d{1,6}$/.test(duration) ? Number(duration) : undefined,
  };
}

function instant(element: XmlElement | undefined, name: string): Date | undefined {
  const written = element?.attributes.get(name);
  if (written === undefined) return undefined;
  // SAML's times are UTC, written or not.
  const date = new Date(/(Z|[+-]\d\d:\d\d)$/.test(written) ? written : `${written}Z`);
  if (Number.isNaN(date.getTime()))
    throw new DriverError('AUTH_MALFORMED', `The assertion's ${name} is no time`);
  return date;
}

function earliest(dates: readonly (Date | undefined)[]): Date | undefined {
  const times = dates.flatMap((date) => (date === undefined ? [] : [date.getTime()]));
  return times.length === 0 ? undefined : new Date(Math.min(...times));
}
