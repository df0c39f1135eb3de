import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { DriverError, getErrorMessage } from '../core/errors.ts';
import { getErrorCode } from '../core/error-code.ts';
import type { ClientCertificate } from '../core/network-settings.ts';

/** The certificate as TLS takes it. It is tried at once, so that a wrong password is not told as a failed connection. */
export function clientCertificateOptions(certificate: ClientCertificate | undefined): SecureContextOptions {
  if (certificate === undefined) return {};
  const passphrase = certificate.password === undefined ? {} : { passphrase: certificate.password.reveal() };
  const options =
    certificate.kind === 'pfx'
      ? { pfx: certificate.pfx, ...passphrase }
      : { cert: certificate.pem.reveal(), key: certificate.pem.reveal(), ...passphrase };
  try {
    createSecureContext(options);
  } catch (error) {
    throw unusable(error);
  }
  return options;
}

function unusable(error: unknown): DriverError {
  const text = `${getErrorMessage(error)} ${String(getErrorCode(error))}`;
  if (
    /mac verify failure|bad decrypt|BAD_DECRYPT|wrong password|interrupted or cancelled|bad password read/i.test(
      text,
    )
  ) {
    return new DriverError('CONN_BAD_VALUE', 'SSLClientCertPassword does not open SSLClientCert', {
      cause: error,
    });
  }
  if (/unsupported/i.test(text)) {
    return new DriverError(
      'CONN_BAD_VALUE',
      'SSLClientCert is encrypted with a cipher that is no longer supported',
      {
        cause: error,
        remedy:
          'Export the certificate again with AES-256, for instance: openssl pkcs12 -export -keypbe AES-256-CBC -certpbe AES-256-CBC.',
      },
    );
  }
  return new DriverError('CONN_BAD_VALUE', 'SSLClientCert holds no certificate with its key', {
    cause: error,
  });
}
