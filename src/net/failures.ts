import { getErrorCode } from '../core/error-code.ts';
import { DriverError, getErrorMessage } from '../core/errors.ts';

/** TLS error codes in plain words. The subject is the server. */
const TLS_REASONS: ReadonlyMap<string, string> = new Map([
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['CERT_NOT_YET_VALID', 'its certificate is not valid yet, or the clock of this machine is wrong'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another host'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is self-signed'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'its certificate is signed by an unknown authority'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'its certificate is signed by an unknown authority'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'its certificate is signed by an unknown authority'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its certificate is signed by an unknown authority'],
  ['CERT_REVOKED', 'its certificate was revoked'],
  ['CERT_SIGNATURE_FAILURE', 'its certificate has an invalid signature'],
  ['HOSTNAME_MISMATCH', 'its certificate is for another host'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'it does not speak TLS on this port'],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'it does not speak TLS on this port'],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'it does not support TLS 1.2 or later'],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'it does not support TLS 1.2 or later'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'it requires a client certificate (SSLClientCert)'],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'it aborted the handshake and may require a client certificate'],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'it rejected the client certificate'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', 'it rejected the client certificate'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'it rejected the client certificate as expired'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'it does not trust the authority of the client certificate'],
]);

const CLIENT_REMEDY =
  'Set SSLClientCert in SSOProperties to a certificate that the server trusts. If it does not require one, retry.';

/** Converts a failure to connect to a DriverError. */
export function toConnectionError(origin: string, thrown: unknown): DriverError {
  const failures = unwrapErrors(thrown);
  const known = failures.find((failure) => failure instanceof DriverError);
  if (known instanceof DriverError) return known;
  const details = { cause: thrown };
  const reason = failures.map(describeTlsError).find((described) => described !== undefined);
  if (reason !== undefined) {
    const remedy = reason.includes('client certificate') ? { remedy: CLIENT_REMEDY } : {};
    return new DriverError('CONN_TLS', `could not establish a TLS connection to ${origin}: ${reason}`, {
      ...details,
      ...remedy,
    });
  }
  const why = [...new Set(failures.map(getErrorMessage).filter((message) => message !== ''))].join(', ');
  return new DriverError(
    'CONN_NETWORK',
    `could not connect to ${origin}: ${why || 'connection failed'}`,
    details,
  );
}

/** Describes a TLS failure, with its code; undefined for any other failure. */
export function describeTlsError(failure: unknown): string | undefined {
  const code = String(getErrorCode(failure));
  const reason = TLS_REASONS.get(code);
  return reason && `${reason} (${code})`;
}

const RESET_CODES: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/**
 * Converts a failure of the first request. A server that requires a client certificate may just close the connection:
 * with TLS 1.3 it finds out after the handshake is complete for the client.
 */
export function toHandshakeError(origin: string, thrown: unknown, hasCertificate: boolean): DriverError {
  const failure = toConnectionError(origin, thrown);
  const code = unwrapErrors(thrown)
    .map((one) => String(getErrorCode(one)))
    .find((one) => RESET_CODES.has(one));
  if (code === undefined || failure.code !== 'CONN_NETWORK') return failure;
  const why = hasCertificate
    ? 'have rejected the client certificate'
    : 'require a client certificate (SSLClientCert)';
  return new DriverError(
    'CONN_TLS',
    `could not establish a TLS connection to ${origin}: it closed the connection during or right after the handshake and may ${why} (${code})`,
    { cause: thrown, remedy: CLIENT_REMEDY },
  );
}

/** An error with the errors it aggregates or its cause. */
function unwrapErrors(thrown: unknown): readonly unknown[] {
  if (thrown instanceof AggregateError) return [thrown, ...thrown.errors];
  return thrown instanceof Error && thrown.cause !== undefined ? [thrown, thrown.cause] : [thrown];
}
