import type { Secret } from './secret.ts';

/** The server certificates to trust besides those signed by the usual authorities. */
export type ServerTrust =
  /** PEM certificates to trust as certificate authorities. */
  | { readonly kind: 'certificates'; readonly pem: string }
  /** Only the certificate with this SHA-256 fingerprint, 64 lower-case hexadecimal digits. */
  | { readonly kind: 'fingerprint'; readonly sha256: string }
  | { readonly kind: 'anything' };

/** An HTTP proxy, and the hosts to connect to directly. */
export interface ProxySettings {
  /** `http://host:port` or `https://host:port`. */
  readonly url: string;
  readonly user?: string | undefined;
  readonly password?: Secret | undefined;
  /** Hosts, `.suffixes`, `*.suffixes`, IP addresses and CIDR blocks, each with an optional port; `*` for all. */
  readonly exceptions: readonly string[];
  /** Whether plain HTTP bypasses the proxy. */
  readonly httpsOnly?: boolean | undefined;
}

/** A TLS client certificate and its private key. */
export type ClientCertificate =
  | { readonly kind: 'pfx'; readonly pfx: Buffer; readonly password?: Secret | undefined }
  | { readonly kind: 'pem'; readonly pem: Secret; readonly password?: Secret | undefined };

/** The TLS trust and the proxy of a connection. */
export interface NetworkSettings {
  readonly trust?: ServerTrust | undefined;
  readonly proxy?: ProxySettings | undefined;
}

/** Hosts that requests must not reach: link-local addresses only, or local addresses as well. */
export type ForbiddenHosts = 'link-local' | 'local';

/** Options of a dispatcher besides the network settings. */
export interface DispatcherOptions {
  readonly clientCertificate?: ClientCertificate | undefined;
  /** Maximum connections per host; 1 for authentication that is bound to a TCP connection (Negotiate). */
  readonly connections?: number | undefined;
  /** Addresses to refuse, whatever host name resolves to them. */
  readonly forbidden?: ForbiddenHosts | undefined;
}
