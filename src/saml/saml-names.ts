/** The namespace of requests and responses. */
export const PROTOCOL = 'urn:oasis:names:tc:SAML:2.0:protocol';
/** The namespace of assertions. */
export const ASSERTION = 'urn:oasis:names:tc:SAML:2.0:assertion';
/** The namespace of SAML 1 assertions, which AWS does not accept. */
export const ASSERTION_1 = 'urn:oasis:names:tc:SAML:1.0:assertion';
/** The status of a successful response. */
export const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';
/** The prefix of AWS attribute names. */
export const AWS_ATTRIBUTES = 'https://aws.amazon.com/SAML/Attributes/';
