import { rootCertificates, TLSSocket, type PeerCertificate } from 'node:tls';
import { buildConnector } from 'undici';
import { DriverError } from '../errors.ts';
import { clientCertificateOptions } from './client-certificate.ts';
import type { DispatcherOptions } from './dispatcher.ts';
import { isLinkLocal, linkLocalRefused, lookupElsewhere } from './link-local.ts';
import { proxyFor } from './proxy-rules.ts';
import { openTunnel } from './tunnel.ts';
import type { NetworkSettings, ServerTrust } from './settings.ts';

const CONNECT_TIMEOUT_MS = 15_000;

/** Opens connections: through the proxy where one counts, and to none but trusted servers. */
export function createConnector(
  settings: NetworkSettings,
  { clientCertificate, refuseLinkLocal = false }: DispatcherOptions,
): buildConnector.connector {
  const connect = buildConnector({
    ...trustOptions(settings.trust),
    ...clientCertificateOptions(clientCertificate),
    minVersion: 'TLSv1.2',
    timeout: CONNECT_TIMEOUT_MS,
    // A resumed session has no certificate to compare.
    ...(settings.trust?.kind === 'fingerprint' ? { maxCachedSessions: 0 } : {}),
    ...(refuseLinkLocal ? { lookup: lookupElsewhere } : {}),
  });
  return (options, callback) => {
    if (refuseLinkLocal && isLinkLocal(options.hostname)) {
      callback(linkLocalRefused(options.hostname), null);
      return;
    }
    const done: buildConnector.Callback = (...[error, socket]) => {
      if (error !== null) {
        callback(error, null);
        return;
      }
      const problem = settings.trust?.kind === 'fingerprint' ? mismatch(settings.trust, socket) : undefined;
      if (problem === undefined) {
        callback(null, socket);
        return;
      }
      socket.destroy();
      callback(problem, null);
    };
    const proxy = proxyFor(settings.proxy, options);
    if (proxy === undefined) {
      connect(options, done);
      return;
    }
    openTunnel(proxy, options, CONNECT_TIMEOUT_MS).then(
      (httpSocket) => {
        if (options.protocol === 'https:') connect({ ...options, httpSocket }, done);
        else callback(null, httpSocket);
      },
      (error: Error) => callback(error, null),
    );
  };
}

function trustOptions(trust: ServerTrust | undefined): buildConnector.BuildOptions {
  switch (trust?.kind) {
    case undefined:
      return {};
    case 'certificates':
      return { ca: [...rootCertificates, trust.pem], allowPartialTrustChain: true };
    case 'fingerprint':
      return { rejectUnauthorized: false };
    case 'anything':
      return { rejectUnauthorized: false };
  }
}

/** Why the server at the other end is not the one with that fingerprint. */
function mismatch(
  trust: Extract<ServerTrust, { kind: 'fingerprint' }>,
  socket: unknown,
): DriverError | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const certificate: Partial<PeerCertificate> = socket.getPeerCertificate();
  const shown = certificate.fingerprint256?.replaceAll(':', '').toLowerCase();
  if (shown === trust.sha256) return undefined;
  return new DriverError(
    'CONN_TLS',
    `The server shows a certificate with the fingerprint ${shown ?? '(none)'}, but SSLServerCert is ${trust.sha256}`,
  );
}
