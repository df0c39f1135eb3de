import { property } from './property-spec.ts';
import { boolean, oneOf, secret, text } from './value-types.ts';

/** The properties in `SSOProperties`: details of the sign-in at an identity provider. */
export const SSO_PROPERTIES = {
  apiToken: property({
    key: 'APIToken',
    type: secret,
    group: 'SSO',
    doc: 'Okta API token, for a trusted application or proxy that signs users in.',
  }),
  mfaType: property({
    key: 'MFAType',
    type: oneOf('OktaVerify', 'Email', 'SMS', 'TOTP', 'Call'),
    group: 'SSO',
    doc: 'Second factor to use.',
  }),
  mfaPassCode: property({
    key: 'MFAPassCode',
    type: secret,
    group: 'SSO',
    doc: 'One-time code of the second factor.',
  }),
  mfaRememberDevice: property({
    key: 'MFARememberDevice',
    type: boolean,
    group: 'SSO',
    default: true,
    doc: 'Ask the identity provider to remember this device after a second factor.',
  }),
  authScheme: property({
    key: 'Authscheme',
    type: oneOf('Basic'),
    group: 'SSO',
    doc: 'Basic sends User and Password in an Authorization header to SSOLoginURL.',
  }),
  sslClientCert: property({
    key: 'SSLClientCert',
    type: secret,
    group: 'SSO',
    doc: 'Client certificate with its private key: a file, or its base64-encoded contents, depending on SSLClientCertType.',
  }),
  sslClientCertType: property({
    key: 'SSLClientCertType',
    type: oneOf('PFXFILE', 'PFXBLOB', 'PEMKEY_FILE', 'PEMKEY_BLOB'),
    group: 'SSO',
    doc: 'Format of SSLClientCert.',
  }),
  sslClientCertSubject: property({
    key: 'SSLClientCertSubject',
    type: text,
    group: 'SSO',
    doc: 'Subject of the certificate to use if the file contains several.',
  }),
  sslClientCertPassword: property({
    key: 'SSLClientCertPassword',
    type: secret,
    group: 'SSO',
    doc: 'Password of the client certificate.',
  }),
  relyingParty: property({
    key: 'RelyingParty',
    type: text,
    group: 'SSO',
    doc: 'Relying party identifier of AWS at the identity provider.',
  }),
  kerberosOnly: property({
    key: 'KerberosOnly',
    type: boolean,
    group: 'SSO',
    default: false,
    doc: 'Reject sign-ins as the Windows user that would use NTLM.',
  }),
  userAgent: property({
    key: 'UserAgent',
    type: text,
    group: 'SSO',
    doc: 'User-Agent header sent to the identity provider.',
  }),
} as const;
