import type { Secret } from './secret.ts';

/** Which server certificates are taken besides those that the usual authorities signed. */
export type ServerTrust =
  /** PEM certificates that count like an authority's. */
  | { readonly kind: 'certificates'; readonly pem: string }
  /** The one certificate with this SHA-256 fingerprint, 64 hexadecimal digits in lower case; no other. */
  | { readonly kind: 'fingerprint'; readonly sha256: string }
  | { readonly kind: 'anything' };

/** An HTTP proxy and the hosts that are reached without it. */
export interface ProxySettings {
  /** `http://host:port` or `https://host:port`. */
  readonly url: string;
  readonly user?: string | undefined;
  readonly password?: Secret | undefined;
  /** Hosts, `.suffixes`, `*.suffixes`, addresses and CIDR blocks, each with or without a port; `*` for all. */
  readonly exceptions: readonly string[];
  /** Whether plain http goes directly. */
  readonly httpsOnly?: boolean | undefined;
}

/** A certificate that shows the server who is calling, with its key. */
export type ClientCertificate =
  | { readonly kind: 'pfx'; readonly pfx: Buffer; readonly password?: Secret | undefined }
  | { readonly kind: 'pem'; readonly pem: Secret; readonly password?: Secret | undefined };

/** How servers are reached: through what, and whom to believe. */
export interface NetworkSettings {
  readonly trust?: ServerTrust | undefined;
  readonly proxy?: ProxySettings | undefined;
}

/** Hosts that requests must not reach: link-local addresses only, or this machine as well. */
export type Forbidden = 'link-local' | 'local';

/** What a dispatcher is besides the settings of the network. */
export interface DispatcherOptions {
  readonly clientCertificate?: ClientCertificate | undefined;
  /** The most connections to one host; 1 for sign-ins that belong to a connection. */
  readonly connections?: number | undefined;
  /** Hosts that are not connected to, by whatever name; absent: all are. */
  readonly forbidden?: Forbidden | undefined;
}
