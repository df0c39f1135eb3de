/** The namespace of requests and responses. */
export const PROTOCOL = 'urn:oasis:names:tc:SAML:2.0:protocol';
/** The namespace of assertions. */
export const ASSERTION = 'urn:oasis:names:tc:SAML:2.0:assertion';
/** The namespace of assertions before SAML 2.0, which AWS does not take. */
export const ASSERTION_1 = 'urn:oasis:names:tc:SAML:1.0:assertion';
/** The status of a response that holds what was asked for. */
export const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';
/** What the names of AWS's own attributes begin with. */
export const AWS_ATTRIBUTES = 'https://aws.amazon.com/SAML/Attributes/';
