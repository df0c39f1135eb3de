import { getErrorCode } from '../core/error-code.ts';
import { DriverError, getErrorMessage } from '../core/errors.ts';

/** What TLS's codes mean for the person who connects. */
const TLS_REASONS: ReadonlyMap<string, string> = new Map([
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['CERT_NOT_YET_VALID', 'its certificate is not valid yet, or the clock of this machine is wrong'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another host'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is signed by itself'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'an authority that is not known here signed its certificate'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'an authority that is not known here signed its certificate'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'an authority that is not known here signed its certificate'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'an authority that is not known here signed its certificate'],
  ['CERT_REVOKED', 'its certificate was revoked'],
  ['CERT_SIGNATURE_FAILURE', "its certificate's signature is wrong"],
  ['HOSTNAME_MISMATCH', 'its certificate is for another host'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'it does not speak TLS at this port'],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'it does not speak TLS at this port'],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'it speaks no TLS newer than 1.1'],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'it speaks no TLS newer than 1.1'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'it wants a client certificate (SSLClientCert)'],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'it ended the handshake; it may want a client certificate'],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'it does not accept the client certificate'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', 'it does not accept the client certificate'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'it finds the client certificate expired'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'it does not know the authority of the client certificate'],
]);

const CLIENT_REMEDY =
  'Set SSLClientCert in SSOProperties to a certificate whose authority the server knows; where it asks for none, try again.';

/** Why a server could not be reached, as the driver tells it. */
export function connectFailure(origin: string, thrown: unknown): DriverError {
  const failures = flattened(thrown);
  const ours = failures.find((failure) => failure instanceof DriverError);
  if (ours instanceof DriverError) return ours;
  const details = { cause: thrown };
  const reason = failures.map(tlsReason).find((known) => known !== undefined);
  if (reason !== undefined) {
    const remedy = reason.includes('client certificate') ? { remedy: CLIENT_REMEDY } : {};
    return new DriverError('CONN_TLS', `No trusted connection to ${origin}: ${reason}`, {
      ...details,
      ...remedy,
    });
  }
  const why = [...new Set(failures.map(getErrorMessage).filter((text) => text !== ''))].join(', ');
  return new DriverError(
    'CONN_NETWORK',
    `${origin} could not be reached: ${why || 'the connection failed'}`,
    details,
  );
}

/** Why there was no trust, with TLS's own code; undefined where it was something else. */
export function tlsReason(failure: unknown): string | undefined {
  const code = String(getErrorCode(failure));
  const reason = TLS_REASONS.get(code);
  return reason && `${reason} (${code})`;
}

const HUNG_UP: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/**
 * Why a server that may want to know who is calling gave no answer at all. One that misses a certificate need not say
 * so: with TLS 1.3 it finds out when the handshake is over for this side, and may just end the connection.
 */
export function firstFailure(origin: string, thrown: unknown, hasCertificate: boolean): DriverError {
  const failure = connectFailure(origin, thrown);
  const code = flattened(thrown)
    .map((one) => String(getErrorCode(one)))
    .find((one) => HUNG_UP.has(one));
  if (code === undefined || failure.code !== 'CONN_NETWORK') return failure;
  const why = hasCertificate
    ? 'not accept the client certificate'
    : 'require a client certificate: SSLClientCert';
  return new DriverError(
    'CONN_TLS',
    `No trusted connection to ${origin}: it closed the connection during the TLS handshake or right after it; it may ${why} (${code})`,
    { cause: thrown, remedy: CLIENT_REMEDY },
  );
}

/** A failure, those it consists of, and what caused it. */
function flattened(thrown: unknown): readonly unknown[] {
  if (thrown instanceof AggregateError) return [thrown, ...thrown.errors];
  return thrown instanceof Error && thrown.cause !== undefined ? [thrown, thrown.cause] : [thrown];
}
