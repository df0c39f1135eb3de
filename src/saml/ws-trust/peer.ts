import type { DriverError, ErrorCode } from '../../core/errors.ts';
import type { SessionResponse } from '../../net/http-session.ts';

/** The meaning of a fault; the first match applies. */
export interface FaultRule {
  /** Fault codes without prefix. */
  readonly codes: readonly string[];
  /** Matches the reason of the fault, as an alternative to the codes. */
  readonly pattern?: RegExp;
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy: string;
}

/** The specifics of one product's security token service. */
export interface TrustPeer {
  /** As shown in messages. */
  readonly name: string;
  readonly faults: readonly FaultRule[];
  /** The remedy for an unknown fault. */
  readonly advice: string;
  /** The remedy for encrypted tokens. */
  readonly encryption: string;
  /** The error for an HTTP status or an HTML page instead of a message; undefined if it has no specific meaning. */
  explainStatus(answer: SessionResponse): DriverError | undefined;
}
