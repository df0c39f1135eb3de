import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { DriverError, getErrorMessage } from '../core/errors.ts';
import { getErrorCode } from '../core/error-code.ts';
import type { ClientCertificate } from '../core/network-settings.ts';

/** The certificate as TLS options. It is loaded at once, so that a wrong password is not reported as a failed connection. */
export function toClientCertificateOptions(certificate: ClientCertificate | undefined): SecureContextOptions {
  if (certificate === undefined) return {};
  const passphrase = certificate.password === undefined ? {} : { passphrase: certificate.password.reveal() };
  const options =
    certificate.kind === 'pfx'
      ? { pfx: certificate.pfx, ...passphrase }
      : { cert: certificate.pem.reveal(), key: certificate.pem.reveal(), ...passphrase };
  try {
    createSecureContext(options);
  } catch (error) {
    throw toCertificateError(error);
  }
  return options;
}

function toCertificateError(error: unknown): DriverError {
  const message = `${getErrorMessage(error)} ${String(getErrorCode(error))}`;
  if (
    /mac verify failure|bad decrypt|BAD_DECRYPT|wrong password|interrupted or cancelled|bad password read/i.test(
      message,
    )
  ) {
    return new DriverError('CONN_BAD_VALUE', 'SSLClientCertPassword is not the password of SSLClientCert', {
      cause: error,
    });
  }
  if (/unsupported/i.test(message)) {
    return new DriverError('CONN_BAD_VALUE', 'SSLClientCert is encrypted with an unsupported cipher', {
      cause: error,
      remedy:
        'Export the certificate again with AES-256, for example with openssl pkcs12 -export -keypbe AES-256-CBC -certpbe AES-256-CBC.',
    });
  }
  return new DriverError(
    'CONN_BAD_VALUE',
    'SSLClientCert does not contain a certificate and its private key',
    {
      cause: error,
    },
  );
}
