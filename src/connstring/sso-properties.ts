import { property } from './property-spec.ts';
import { boolean, oneOf, secret, text } from './value-types.ts';

/** What `SSOProperties` may hold: details of the sign-in at an identity provider. */
export const SSO_PROPERTIES = {
  apiToken: property({
    key: 'APIToken',
    type: secret,
    group: 'SSO',
    doc: 'Okta API token, where a trusted application or proxy signs the user in.',
  }),
  mfaType: property({
    key: 'MFAType',
    type: oneOf('OktaVerify', 'Email', 'SMS', 'TOTP', 'Call'),
    group: 'SSO',
    doc: 'The second factor to use.',
  }),
  mfaPassCode: property({
    key: 'MFAPassCode',
    type: secret,
    group: 'SSO',
    doc: 'The one-time code of the second factor.',
  }),
  mfaRememberDevice: property({
    key: 'MFARememberDevice',
    type: boolean,
    group: 'SSO',
    default: true,
    doc: 'Whether the identity provider is asked to remember this device after a second factor.',
  }),
  authScheme: property({
    key: 'Authscheme',
    type: oneOf('Basic'),
    group: 'SSO',
    doc: 'Basic sends user and password in an Authorization header to the sign-in address.',
  }),
  sslClientCert: property({
    key: 'SSLClientCert',
    type: secret,
    group: 'SSO',
    doc: 'Client certificate with its key: a file, or its contents in base64, as SSLClientCertType says.',
  }),
  sslClientCertType: property({
    key: 'SSLClientCertType',
    type: oneOf('PFXFILE', 'PFXBLOB', 'PEMKEY_FILE', 'PEMKEY_BLOB'),
    group: 'SSO',
    doc: 'What SSLClientCert holds.',
  }),
  sslClientCertSubject: property({
    key: 'SSLClientCertSubject',
    type: text,
    group: 'SSO',
    doc: 'Subject of the certificate to take where the file has several.',
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
    doc: 'The relying party that the identity provider knows AWS by.',
  }),
  kerberosOnly: property({
    key: 'KerberosOnly',
    type: boolean,
    group: 'SSO',
    default: false,
    doc: 'Whether a sign-in as the Windows user is refused where it would be by NTLM.',
  }),
  userAgent: property({
    key: 'UserAgent',
    type: text,
    group: 'SSO',
    doc: 'The User-Agent that the identity provider sees.',
  }),
} as const;
